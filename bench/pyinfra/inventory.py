"""The nodes as pyinfra reads them: addresses, key and pinned host keys of the workspace."""

from tree import RENDERED, addresses, group_data

_LOGIN = group_data("all")

nodes = [
    (
        name,
        {
            "ssh_hostname": address,
            "ssh_user": _LOGIN["ansible_user"],
            "ssh_port": _LOGIN.get("ansible_port", 22),
            "ssh_key": _LOGIN["ansible_ssh_private_key_file"],
            "ssh_known_hosts_file": str(RENDERED.parent / "known_hosts"),
            "ssh_strict_host_key_checking": "yes",
        },
    )
    for name, address in addresses().items()
]
