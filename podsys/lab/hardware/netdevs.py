"""Network interfaces of the adapters, as far as sysfs goes.

They carry nothing and `ip link` does not know them: only the kernel's own interfaces answer
netlink. What is here is what sysfs says of speed, MTU, state, and how often the link went away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podsys.lab.hardware.files import Entry, Files
from podsys.lab.hardware.sysfs import State, line, list_driven, place

Nic = Mapping[str, Any]
ETHERNET, INFINIBAND = 1, 32
# Beyond any index that the node's own interfaces get.
FIRST_INDEX = 1000


def netdev_files(state: State) -> Files:
    files: dict[str, Entry] = {}
    if state["modules"].get("mlx5_core") is not None:
        for nic, device in list_driven(state, "nics"):
            shown = {name: line(value) for name, value in show_netdev(nic).items()}
            files |= place(device, "net", nic["netdev"], shown)
    return files


def show_netdev(nic: Nic) -> dict[str, object]:
    """`speed` in Mbit/s; a link that is down has none."""
    up = nic["phys_state"] == "LinkUp"
    flaps = nic["counters"].get("link_downed", 0)
    ethernet = nic["link_layer"] == "Ethernet"
    return {
        "address": make_mac(nic["guid"]) if ethernet else make_ipoib_address(nic["guid"]),
        "addr_len": 6 if ethernet else 20,
        "carrier": int(up),
        "carrier_changes": 1 + 2 * flaps,
        "carrier_down_count": flaps,
        "carrier_up_count": 1 + flaps,
        "dev_id": "0x0",
        "dev_port": "0",
        "duplex": "full" if up else "unknown",
        "flags": "0x1003" if up else "0x1002",
        "ifindex": FIRST_INDEX + nic["index"],
        "mtu": nic["mtu"],
        "operstate": "up" if up else "down",
        "speed": round(nic["rate_gbps"] * 1000) if up else -1,
        "tx_queue_len": 1000,
        "type": ETHERNET if ethernet else INFINIBAND,
    }


def make_mac(guid: str) -> str:
    """The address from which a GUID is made: without the two bytes in its middle."""
    digits = guid.replace(":", "")
    return _as_bytes(digits[:6] + digits[10:])


def make_ipoib_address(guid: str) -> str:
    """Queue pair, subnet prefix and GUID: twenty bytes."""
    return _as_bytes("00000027fe80000000000000" + guid.replace(":", ""))


def _as_bytes(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
