"""Network adapters as the RDMA stack shows them: /sys/class/infiniband, and what ibstat needs.

Layout: Documentation/ABI/stable/sysfs-class-infiniband of Linux.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from podsys.lab.hardware.files import Entry, Files, Folder
from podsys.lab.hardware.sysfs import State, line, list_driven, place

Nic = Mapping[str, Any]
STATES = {"NOP": 0, "DOWN": 1, "INIT": 2, "ARMED": 3, "ACTIVE": 4, "ACTIVE_DEFER": 5}
PHYS_STATES = {
    "Sleep": 1,
    "Polling": 2,
    "Disabled": 3,
    "PortConfigurationTraining": 4,
    "LinkUp": 5,
    "LinkErrorRecovery": 6,
    "Phy Test": 7,
}
# Gb/s of four lanes -> the name of that speed.
SPEEDS = {10: "SDR", 20: "DDR", 40: "QDR", 56: "FDR", 100: "EDR", 200: "HDR", 400: "NDR"}
HW_COUNTERS = (
    "duplicate_request",
    "implied_nak_seq_err",
    "lifespan",
    "local_ack_timeout_err",
    "np_cnp_sent",
    "np_ecn_marked_roce_packets",
    "out_of_buffer",
    "out_of_sequence",
    "packet_seq_err",
    "req_cqe_error",
    "req_cqe_flush_error",
    "req_remote_access_errors",
    "req_remote_invalid_request",
    "resp_cqe_error",
    "resp_cqe_flush_error",
    "resp_local_length_error",
    "resp_remote_access_errors",
    "rnr_nak_retry_err",
    "roce_adp_retrans",
    "roce_slow_restart",
    "rp_cnp_handled",
    "rx_read_requests",
    "rx_write_requests",
)
# Which parts of the subnet manager's language a port speaks.
CAPABILITIES = {"InfiniBand": "0xa651e848", "Ethernet": "0x04010000"}
# Character devices of the RDMA stack: major 231, umad from 0 on and uverbs from 192.
MAJOR, FIRST_VERBS = 231, 192


def infiniband_files(state: State) -> Files:
    """Every adapter that answers its driver; the classes are there with the stack."""
    modules = state["modules"]
    if modules.get("ib_core") is None or modules.get("mlx5_ib") is None:
        return {}
    files: dict[str, Entry] = {
        "/sys/class/infiniband": Folder(),
        "/sys/class/infiniband_mad/abi_version": line(5),
        "/sys/class/infiniband_verbs/abi_version": line(6),
    }
    for nic, device in list_driven(state, "nics"):
        index, about = nic["index"], {"ibdev": line(nic["device"])}
        mad = about | {"port": line(1), "dev": line(f"{MAJOR}:{index}")}
        verbs = about | {"abi_version": line(1), "dev": line(f"{MAJOR}:{FIRST_VERBS + index}")}
        files |= place(device, "infiniband", nic["device"], show_adapter(nic, state["node"]))
        files |= place(device, "infiniband_mad", f"umad{index}", mad)
        files |= place(device, "infiniband_verbs", f"uverbs{index}", verbs)
    return files


def show_adapter(nic: Nic, node: str) -> dict[str, bytes]:
    texts = {
        "board_id": nic["board"],
        "fw_ver": nic["firmware"],
        "hca_type": nic["hca_type"],
        "hw_rev": "0",
        "node_desc": f"{node} {nic['device']}",
        "node_guid": nic["guid"],
        "node_type": "1: CA",
        "sys_image_guid": nic["guid"],
        **{f"ports/1/{name}": text for name, text in show_port(nic)},
    }
    return {name: line(text) for name, text in texts.items()}


def show_port(nic: Nic) -> Iterator[tuple[str, object]]:
    """A port of a fabric has a local id and knows its subnet manager's; Ethernet has neither."""
    infiniband = nic["link_layer"] == "InfiniBand"
    yield "state", f"{STATES[nic['state']]}: {nic['state']}"
    yield "phys_state", f"{PHYS_STATES[nic['phys_state']]}: {nic['phys_state']}"
    yield "rate", show_rate(nic["rate_gbps"])
    yield "link_layer", nic["link_layer"]
    yield "lid", f"{nic['lid']:#x}"
    yield "lid_mask_count", 0
    yield "sm_lid", "0x1" if infiniband else "0x0"
    yield "sm_sl", 0
    yield "cap_mask", CAPABILITIES[nic["link_layer"]]
    yield "gids/0", f"fe80:0000:0000:0000:{nic['guid']}"
    yield "gid_attrs/types/0", "IB/RoCE v1" if infiniband else "RoCE v2"
    yield "gid_attrs/ndevs/0", nic["netdev"]
    yield "pkeys/0", "0xffff"
    for name, value in {**dict.fromkeys(HW_COUNTERS, 0), "lifespan": 10, **nic["counters"]}.items():
        yield f"{'hw_' if name in HW_COUNTERS else ''}counters/{name}", value


def show_rate(gbps: float) -> str:
    """`400 Gb/sec (4X NDR)`: four lanes of a speed that has a name, or fewer of a higher one."""
    for lanes in (4, 2, 1):
        name = SPEEDS.get(round(gbps * 4 / lanes))
        if name:
            return f"{gbps:g} Gb/sec ({lanes}X {name})"
    return f"{gbps:g} Gb/sec"
