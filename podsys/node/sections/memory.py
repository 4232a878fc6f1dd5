"""Memory and its NUMA nodes."""

from typing import Any, Dict

from .. import machine
from ..meminfo import read_sizes


def read() -> Dict[str, Any]:
    sizes = read_sizes()
    if not sizes.get("MemTotal"):
        raise machine.Unreadable("/proc/meminfo does not say how much memory there is")
    nodes = machine.list_folder("/sys/devices/system/node")
    return {
        "total_kb": sizes["MemTotal"],
        "swap_kb": sizes.get("SwapTotal", 0),
        "numa_nodes": len([name for name in nodes if name[:4] == "node" and name[4:].isdigit()])
        or 1,
    }
