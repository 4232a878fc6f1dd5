"""NUMA nodes: their processors, memory, and how far they are from each other."""

from typing import Any, Dict, List, Optional

from ..machine import list_folder
from ..sysfs import read_some, read_word
from ..values import DIGITS, whole

FOLDER = "/sys/devices/system/node"
CPUS = DIGITS | frozenset(",-")
LIST = 4096  # of many processors, each by itself
MOST_NODES = 4096
LARGEST_KIB = 1 << 50


def read() -> Dict[str, Any]:
    names = [name[4:] for name in list_folder(FOLDER) if name.startswith("node")]
    numbers = [number for number in (whole(n, MOST_NODES) for n in names) if number is not None]
    return {"nodes": [_read_node(number) for number in sorted(numbers)]}


def _read_node(number: int) -> Dict[str, Any]:
    folder = "%s/node%d" % (FOLDER, number)
    return {
        "node": number,
        "cpus": parse_cpus(read_some(folder + "/cpulist")),
        "memory_mib": parse_memory(read_some(folder + "/meminfo")),
        "distances": parse_distances(read_word(folder + "/distance")),
    }


def parse_cpus(text: str) -> str:
    """As the kernel writes it: `0-27,56-83`; empty for a node of memory alone."""
    text = text.strip()
    return text if len(text) <= LIST and CPUS.issuperset(text) else ""


def parse_memory(text: str) -> Optional[int]:
    """`Node 0 MemTotal: 528280388 kB` -> MiB"""
    for line in text.split("\n"):
        fields = line.split()
        if fields[2:3] == ["MemTotal:"] and fields[4:] == ["kB"]:
            size = whole(fields[3], LARGEST_KIB)
            return None if size is None else size // 1024
    return None


def parse_distances(text: str) -> List[int]:
    """Empty when one of them is none: which node it belonged to would be lost."""
    numbers = [whole(part, 255) for part in text.split()]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else []
