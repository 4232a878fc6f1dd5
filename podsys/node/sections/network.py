"""Network interfaces, from /sys/class/net, and their addresses."""

from typing import Any, Dict, List

from .. import machine
from ..addresses import read_addresses
from ..sysfs import link_name, pci_address, read_node, read_whole, read_word

# Made by software on top of others; a container's own end of a veth is its NIC.
MADE = ("lo", "docker", "virbr", "br-", "veth", "cni", "flannel", "cali", "tun", "tap", "dummy")
FASTEST_MBPS = 100000000
LARGEST_MTU = 1 << 20


def read() -> Dict[str, Any]:
    addresses = read_addresses()
    names = machine.list_folder("/sys/class/net")
    nics = [_read_nic(name, addresses.get(name, [])) for name in names if _is_nic(name)]
    return {"nics": nics, "nic_count": len(nics)}


def _is_nic(name: str) -> bool:
    if name.startswith(MADE) or "." in name:
        return False
    kinds = ("bridge", "bonding", "tun_flags", "wireless")
    return not any(machine.exists("/sys/class/net/%s/%s" % (name, kind)) for kind in kinds)


def _read_nic(name: str, addresses: List[str]) -> Dict[str, Any]:
    """A link that is down answers some files with an error: then there is nothing to say."""
    folder = "/sys/class/net/%s/" % name
    physical = machine.exists(folder + "device")
    return {
        "name": name,
        "mac": read_word(folder + "address"),
        "speed_mbps": read_whole(folder + "speed", FASTEST_MBPS) or None,
        "duplex": read_word(folder + "duplex"),
        "mtu": read_whole(folder + "mtu", LARGEST_MTU),
        "state": read_word(folder + "operstate"),
        "carrier_changes": read_whole(folder + "carrier_changes", 1 << 32),
        "addresses": addresses,
        "driver": link_name(folder + "device/driver"),
        "physical": physical,
        "bdf": pci_address(folder + "device") if physical else "",
        "numa_node": read_node(folder + "device") if physical else None,
    }
