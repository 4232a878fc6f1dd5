"""Processes that compute on an AMD GPU, as amdkfd lists them."""

from typing import Any, Dict, List, Optional

from .. import machine
from ..sysfs import read_some, read_whole, read_word
from ..values import whole

FOLDER = "/sys/class/kfd/kfd"
MOST_PROCESSES = 200
MIB, MOST = 1 << 20, 1 << 44


def read_processes(bdf: str) -> Optional[List[Dict[str, Any]]]:
    """None where the driver has no such list; its own numbers for GPUs lead to addresses."""
    if not machine.exists(FOLDER + "/proc"):
        return None
    names = ["vram_%d" % number for number in _numbers_of(bdf)]
    found = []
    for pid in machine.list_folder(FOLDER + "/proc")[:MOST_PROCESSES]:
        sizes = [read_whole("%s/proc/%s/%s" % (FOLDER, pid, name), MOST) for name in names]
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
    lines = [line.split(" ") for line in read_some(path).splitlines()]
    found = {line[0]: whole(line[1], 1 << 32) for line in lines if len(line) == 2}
    domain, place = found.get("domain", 0), found.get("location_id")
    if domain is None or place is None:
        return ""
    return "%04x:%02x:%02x.%d" % (domain, place >> 8 & 0xFF, place >> 3 & 0x1F, place & 7)
