"""Memory and its NUMA nodes."""

import re
from typing import Any, Dict

from .. import machine
from ..values import quote


def read() -> Dict[str, Any]:
    text = machine.read_text("/proc/meminfo")
    if not text:
        raise machine.Unreadable("/proc/meminfo is empty or missing")
    sizes = dict(re.findall(r"^(\w+):[ \t]+([0-9]{1,15}) kB$", text, re.MULTILINE))
    if not int(sizes.get("MemTotal", 0)):
        raise machine.Unreadable("/proc/meminfo: no MemTotal in %s" % quote(text))
    nodes = machine.list_folder("/sys/devices/system/node")
    return {
        "total_kb": int(sizes["MemTotal"]),
        "swap_kb": int(sizes.get("SwapTotal", 0)),
        "numa_nodes": len([name for name in nodes if re.match(r"^node\d+$", name)]) or 1,
    }
