"""GPUs and network adapters of a platform in good health, beside what PCI says of them."""

from __future__ import annotations

from typing import Any

from podsys.lab.hardware.identity import make_digits, make_guid, make_uuid
from podsys.model.platform import Gpus, Nics, Platform

ERRORS = ("sram_correctable", "sram_uncorrectable", "dram_correctable", "dram_uncorrectable")
PORT_COUNTERS = (
    "VL15_dropped",
    "excessive_buffer_overrun_errors",
    "link_downed",
    "link_error_recovery",
    "local_link_integrity_errors",
    "multicast_rcv_packets",
    "multicast_xmit_packets",
    "port_rcv_constraint_errors",
    "port_rcv_data",
    "port_rcv_errors",
    "port_rcv_packets",
    "port_rcv_remote_physical_errors",
    "port_rcv_switch_relay_errors",
    "port_xmit_constraint_errors",
    "port_xmit_data",
    "port_xmit_discards",
    "port_xmit_packets",
    "port_xmit_wait",
    "symbol_error",
    "unicast_rcv_packets",
    "unicast_xmit_packets",
)
FABRIC_OF_ONE_NODE = "00000000-0000-0000-0000-000000000000"


def list_gpus(platform: Platform, node: str, bdfs: list[str]) -> list[dict[str, Any]]:
    gpus = platform.gpus
    return [_gpu(gpus, node, index, bdf) for index, bdf in enumerate(bdfs)] if gpus else []


def list_nics(platform: Platform, node: str, bdfs: list[str]) -> list[dict[str, Any]]:
    nics = platform.nics
    return [_nic(nics, node, index, bdf) for index, bdf in enumerate(bdfs)] if nics else []


def _gpu(gpus: Gpus, node: str, index: int, bdf: str) -> dict[str, Any]:
    """One idle GPU. `utilisation` is in percent, temperatures in degrees Celsius."""
    speeds = {2.5: 1, 5: 2, 8: 3, 16: 4, 32: 5, 64: 6}
    return {
        "index": index,
        "bdf": bdf,
        "uuid": f"GPU-{make_uuid(node, f'gpu{index}')}",
        "serial": make_digits(node, f"gpu{index}", 13),
        "name": gpus.name,
        "memory_mib": gpus.memory_mib,
        "vbios": gpus.vbios,
        "lost": False,
        "error": "",
        "persistence": True,
        "compute_mode": "default",
        "mig": False,
        "ecc": _ecc(),
        "remapped": {"correctable": 0, "uncorrectable": 0, "pending": False, "failure": False},
        "clocks": {
            "sm": gpus.sm_mhz,
            "mem": gpus.mem_mhz,
            "max_sm": gpus.sm_mhz,
            "max_mem": gpus.mem_mhz,
            "locked": None,
        },
        "throttle": [],
        "power_w": gpus.power_w // 10,
        "power_limit_w": gpus.power_w,
        "power_default_w": gpus.power_w,
        "temperature_c": 30,
        "utilisation": 0,
        "processes": [],
        "nvlinks": [_nvlink(gpus, link) for link in range(gpus.nvlinks)],
        "fabric": _fabric() if gpus.fabric else None,
        "pcie_gen": speeds[gpus.link.gts],
        "pcie_width": gpus.link.width,
        "pcie_replays": 0,
    }


def _ecc() -> dict[str, Any]:
    """Errors since the driver was loaded (`volatile`) and ever (`aggregate`)."""
    return {
        "mode": True,
        "volatile": dict.fromkeys(ERRORS, 0),
        "aggregate": dict.fromkeys(ERRORS, 0),
    }


def _nvlink(gpus: Gpus, link: int) -> dict[str, Any]:
    """`speed_gbps`: GB/s in one direction; 0 where the platform has no wires for the link."""
    active = link < gpus.nvlinks_active
    return {
        "active": active,
        "speed_gbps": gpus.nvlink_gbps if active else 0,
        "crc_errors": 0,
        "replay_errors": 0,
        "recovery_errors": 0,
    }


def _fabric() -> dict[str, Any]:
    """Fabric manager has registered the GPU; a fabric of one node has no id."""
    return {"state": "completed", "status": "success", "clique": 0, "uuid": FABRIC_OF_ONE_NODE}


def _nic(nics: Nics, node: str, index: int, bdf: str) -> dict[str, Any]:
    infiniband = nics.mode == "infiniband"
    return {
        "index": index,
        "bdf": bdf,
        "device": nics.device.format(n=index),
        "hca_type": nics.hca_type,
        "link_layer": "InfiniBand" if infiniband else "Ethernet",
        "state": "ACTIVE",
        "phys_state": "LinkUp",
        "rate_gbps": nics.gbps,
        "firmware": nics.firmware,
        "board": nics.board,
        "guid": make_guid(node, f"nic{index}"),
        "lid": 1 + int(make_digits(node, f"lid{index}", 5)) % 0xBFFF if infiniband else 0,
        "netdev": f"ib{index}" if infiniband else f"rdma{index}",
        "mtu": nics.mtu,
        "counters": dict.fromkeys(PORT_COUNTERS, 0),
    }
