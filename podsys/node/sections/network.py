"""Network interfaces, from /sys/class/net, and their addresses."""

import os
from typing import Any, Dict, List

from .. import machine
from ..addresses import read_addresses

# Made by software on top of others; a container's own end of a veth is its NIC.
MADE = ("lo", "docker", "virbr", "br-", "veth", "cni", "flannel", "cali", "tun", "tap", "dummy")


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
    folder = "/sys/class/net/%s/" % name
    driver = machine.at(folder + "device/driver")
    return {
        "name": name,
        "mac": _read(folder + "address"),
        "speed_mbps": _read_speed(folder + "speed"),
        "mtu": int(_read(folder + "mtu") or 0),
        "state": _read(folder + "operstate"),
        "addresses": addresses,
        "driver": os.path.basename(os.path.realpath(driver)) if os.path.exists(driver) else "",
        "physical": machine.exists(folder + "device"),
    }


def _read(path: str) -> str:
    """A link that is down answers some files with an error: then there is nothing to say."""
    try:
        return (machine.read_text(path) or "").strip()
    except machine.Unreadable:
        return ""


def _read_speed(path: str) -> Any:
    """Mbit/s; the kernel says -1 when it does not know."""
    text = _read(path)
    return int(text) if text.isdigit() and int(text) > 0 else None
