"""What makes a node itself: its name, keys and ids, written before it boots first."""

from __future__ import annotations

import uuid
from pathlib import Path

from podsys.lab.files import read_or, write_whole
from podsys.lab.layout import Lab, Place
from podsys.lab.settings import Settings
from podsys.lab.shell import run

HOST_KEY = "etc/ssh/ssh_host_ed25519_key"


def ensure_lab_key(lab: Lab) -> None:
    """The key that opens every node of this lab."""
    make_key(lab.ssh_key, f"podsys-lab-{lab.name}")


def make_key(path: Path, comment: str) -> None:
    """Make a key pair in one step, so that a kill leaves no half of one."""
    if path.exists():
        return
    new = path.with_name(f".{path.name}.new")
    for half in (new, new.with_suffix(".new.pub")):
        half.unlink(missing_ok=True)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", new])
    new.with_suffix(".new.pub").rename(path.with_suffix(".pub"))
    new.rename(path)


def write_identity(node: Place, settings: Settings) -> None:
    """Write what differs from node to node into the node's own layer."""
    upper, name = node.upper, node.name
    (upper / "etc/ssh").mkdir(parents=True, exist_ok=True)
    make_key(upper / HOST_KEY, f"root@{name}")
    write_whole(upper / "etc/hostname", f"{name}\n")
    write_whole(upper / "etc/hosts", f"127.0.0.1\tlocalhost\n127.0.1.1\t{name}\n")
    write_whole(upper / "etc/machine-id", f"{uuid.uuid4().hex}\n", 0o444)
    proxy = f'Acquire::http::Proxy "http://{settings.gateway}:3142";\n'
    write_whole(upper / "etc/apt/apt.conf.d/95podsys-lab-proxy", proxy)
    ssh = upper / "root/.ssh"
    ssh.mkdir(parents=True, exist_ok=True)
    for folder in (upper / "root", ssh):
        folder.chmod(0o700)
    public = node.lab.ssh_key.with_suffix(".pub").read_text()
    write_whole(ssh / "authorized_keys", public, 0o600)


def write_known_hosts(lab: Lab, settings: Settings) -> None:
    """The host keys of all nodes, known without asking the network."""
    lines = []
    for node in lab.made_nodes():
        key = " ".join(read_or(node.upper / f"{HOST_KEY}.pub").split()[:2])
        if key:
            lines.append(f"{settings.address(node)},{node.name} {key}\n")
    write_whole(lab.known_hosts, "".join(lines))
