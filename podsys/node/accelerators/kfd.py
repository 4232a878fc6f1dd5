"""Processes that compute on an AMD GPU, as amdkfd lists them."""

import re
from typing import Any, Dict, List, Optional

from .. import machine
from ..sysfs import read_whole, read_word
from ..values import whole

FOLDER = "/sys/class/kfd/kfd"
MOST_PROCESSES = 200
MIB = 1 << 20


def read_processes(bdf: str) -> Optional[List[Dict[str, Any]]]:
    """None where the driver has no such list; its own numbers for GPUs lead to addresses."""
    if not machine.exists(FOLDER + "/proc"):
        return None
    numbers = _numbers_of(bdf)
    found = []
    for pid in machine.list_folder(FOLDER + "/proc")[:MOST_PROCESSES]:
        sizes = [
            read_whole("%s/proc/%s/vram_%d" % (FOLDER, pid, number), 1 << 44) for number in numbers
        ]
        used = sum(size for size in sizes if size is not None)
        process = whole(pid, 1 << 22)
        if process and used:
            name = read_word("/proc/%d/comm" % process)
            found.append({"pid": process, "name": name, "memory_mib": used // MIB})
    return found


def _numbers_of(bdf: str) -> List[int]:
    """A partitioned GPU is several nodes of the topology."""
    nodes = "%s/topology/nodes" % FOLDER
    found = []
    for node in machine.list_folder(nodes):
        folder = "%s/%s" % (nodes, node)
        number = read_whole(folder + "/gpu_id", 1 << 32)
        if number and _address(folder + "/properties") == bdf:
            found.append(number)
    return found


def _address(path: str) -> str:
    """From `domain 0` and `location_id 6400`, which is bus, device and function in one."""
    try:
        text = machine.read_text(path) or ""
    except machine.Unreadable:
        return ""
    found = dict(re.findall(r"^(domain|location_id) ([0-9]+)\s*$", text, re.MULTILINE))
    domain, place = whole(found.get("domain", "0"), 1 << 32), whole(found.get("location_id", ""))
    if domain is None or place is None:
        return ""
    return "%04x:%02x:%02x.%d" % (domain, place >> 8 & 0xFF, place >> 3 & 0x1F, place & 7)
