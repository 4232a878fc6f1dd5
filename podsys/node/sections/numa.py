"""NUMA nodes: their processors, memory, and how far they are from each other."""

import re
from typing import Any, Dict, List, Optional

from .. import machine
from ..sysfs import read_word
from ..values import whole

FOLDER = "/sys/devices/system/node"
CPUS = re.compile(r"[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*\Z")
LIST = 4096  # of many processors, each by itself


def read() -> Dict[str, Any]:
    names = [
        name[4:] for name in machine.list_folder(FOLDER) if re.match(r"node[0-9]{1,4}\Z", name)
    ]
    return {"nodes": [_read_node(number) for number in sorted(map(int, names))]}


def _read_node(number: int) -> Dict[str, Any]:
    folder = "%s/node%d" % (FOLDER, number)
    return {
        "node": number,
        "cpus": parse_cpus(machine.read_text(folder + "/cpulist") or ""),
        "memory_mib": parse_memory(machine.read_text(folder + "/meminfo") or ""),
        "distances": parse_distances(read_word(folder + "/distance")),
    }


def parse_cpus(text: str) -> str:
    """As the kernel writes it: `0-27,56-83`; empty for a node of memory alone."""
    text = text.strip()
    return text if len(text) <= LIST and CPUS.match(text) else ""


def parse_memory(text: str) -> Optional[int]:
    """`Node 0 MemTotal: 528280388 kB` -> MiB"""
    match = re.search(r"^Node [0-9]+ MemTotal: +([0-9]{1,15}) kB$", text, re.MULTILINE)
    return int(match.group(1)) // 1024 if match else None


def parse_distances(text: str) -> List[int]:
    """Empty when one of them is none: which node it belonged to would be lost."""
    numbers = [whole(part, 255) for part in text.split()]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else []
