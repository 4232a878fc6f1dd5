"""Ports of InfiniBand and RoCE devices, from /sys/class/infiniband."""

from typing import Any, Dict, List, Optional

from .. import machine
from ..sysfs import link_name, pci_address, read_node, read_whole, read_word
from ..values import decimal, is_hex, whole

FOLDER = "/sys/class/infiniband"
PARENT = "%s/%s/device/physfn"
FASTEST_GBPS = 100000
# A port has some fifty counters, and some cost a question to its firmware. These tell of damage
# to the link, of congestion, and how much went through it; the older ones stop at their ceiling.
COUNTERS = (
    "counters/symbol_error",
    "counters/link_error_recovery",
    "counters/link_downed",
    "counters/port_rcv_errors",
    "counters/port_rcv_remote_physical_errors",
    "counters/local_link_integrity_errors",
    "counters/excessive_buffer_overrun_errors",
    "counters/port_xmit_discards",
    "counters/port_xmit_wait",
    "counters/port_rcv_data",
    "counters/port_xmit_data",
    "counters/VL15_dropped",
    "hw_counters/local_ack_timeout_err",
    "hw_counters/out_of_buffer",
    "hw_counters/out_of_sequence",
    "hw_counters/packet_seq_err",
    "hw_counters/roce_adp_retrans",
    "hw_counters/rx_icrc_encapsulated",
)


def read() -> Dict[str, Any]:
    """Without virtual functions of a device that is here as well: these are its guests'."""
    devices = machine.list_folder(FOLDER)
    places = {pci_address("%s/%s/device" % (FOLDER, device)) for device in devices} - {""}
    whole_ones = [d for d in devices if link_name(PARENT % (FOLDER, d)) not in places]
    ports = [port for device in whole_ones for port in _read_device(device)]
    return {"ports": ports, "count": len(whole_ones)}


def _read_device(device: str) -> List[Dict[str, Any]]:
    folder = "%s/%s" % (FOLDER, device)
    about = {
        "device": device,
        "firmware": read_word(folder + "/fw_ver"),
        "board": read_word(folder + "/board_id"),
        "guid": parse_guid(read_word(folder + "/node_guid")),
        "bdf": pci_address(folder + "/device"),
        "numa_node": read_node(folder + "/device"),
        "netdev": "".join(machine.list_folder(folder + "/device/net")[:1]),
    }
    ports = [whole(name, 255) for name in machine.list_folder(folder + "/ports")]
    return [
        dict(about, port=port, **_read_port("%s/ports/%d" % (folder, port)))
        for port in ports
        if port is not None
    ]


def _read_port(folder: str) -> Dict[str, Any]:
    counts = {name: read_whole("%s/%s" % (folder, name)) for name in COUNTERS}
    return {
        "link_layer": read_word(folder + "/link_layer"),
        "state": parse_state(read_word(folder + "/state")),
        "phys_state": parse_state(read_word(folder + "/phys_state")),
        "rate_gbps": parse_rate(read_word(folder + "/rate")),
        "counters": {name.split("/")[1]: n for name, n in counts.items() if n is not None},
    }


def parse_state(text: str) -> str:
    """`4: ACTIVE` -> ACTIVE"""
    number, _, name = text.partition(": ")
    return name if whole(number) is not None else ""


def parse_rate(text: str) -> Optional[float]:
    """`400 Gb/sec (4X NDR)` -> 400"""
    number, _, unit = text.partition(" ")
    rate = decimal(number) if unit.startswith("Gb/sec") else None
    if rate is None or not 0 <= rate <= FASTEST_GBPS:
        return None
    return int(rate) if rate == int(rate) else rate


def parse_guid(text: str) -> str:
    parts = text.split(":")
    return text if [len(part) for part in parts] == [4] * 4 and all(map(is_hex, parts)) else ""
