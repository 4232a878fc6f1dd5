"""Where the GPUs of a node are: which of them NVML sees, and how far they are apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podsys.lab.hardware.topology import list_above, list_reachable

Gpu = dict[str, Any]
Devices = Mapping[str, dict[str, Any]]

SWITCH, SWITCHES, HOST_BRIDGE, NUMA_NODE, SYSTEM = 10, 20, 30, 40, 50


def find_driven(state: Mapping[str, Any]) -> list[Gpu]:
    """The GPUs that are there and that NVIDIA's driver has, in its order."""
    there = list_reachable(state["devices"])
    return [gpu for gpu in state["gpus"] if there.get(gpu["bdf"], {}).get("driver") == "nvidia"]


def measure_distance(devices: Devices, one: str, other: str) -> int:
    """NVML's topology level of what two GPUs have in common."""
    above, beyond = list_above(devices, one), list_above(devices, other)
    for bridge in above:
        if bridge in beyond:
            near = devices[bridge]["kind"] == "switch_up"
            near = near and above.index(bridge) == beyond.index(bridge) == 1
            return SWITCH if near else SWITCHES
    if above and beyond and above[-1][:7] == beyond[-1][:7]:
        return HOST_BRIDGE
    return NUMA_NODE if devices[one]["numa"] == devices[other]["numa"] else SYSTEM
