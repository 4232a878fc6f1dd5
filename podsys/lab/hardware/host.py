"""What of the lab's own machine shows through emulated hardware."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """CPUs and memory are the lab machine's; `uptime_s` is what its kernel log counts from."""

    cpus: int
    memory_kib: int
    uptime_s: float


def read_machine() -> Machine:
    memory = re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    uptime = Path("/proc/uptime").read_text().split()[0]
    return Machine(os.cpu_count() or 1, int(memory.group(1)) if memory else 0, float(uptime))
