"""Sizes from /proc/meminfo."""

from typing import Dict

from . import machine
from .values import whole

LARGEST_KIB = 1 << 50


def read_sizes() -> Dict[str, int]:
    """In KiB, by their names; counts, such as that of huge pages, are left out."""
    found = {}
    for line in (machine.read_text("/proc/meminfo") or "").splitlines():
        name, _, value = line.partition(":")
        number, _, unit = value.strip().partition(" ")
        size = whole(number, LARGEST_KIB)
        if unit == "kB" and size is not None:
            found[name] = size
    return found
