"""Sizes from /proc/meminfo."""

from typing import Dict

from . import machine


def read_sizes() -> Dict[str, int]:
    """In KiB, by their names; counts, such as that of huge pages, are left out."""
    found = {}
    for line in (machine.read_text("/proc/meminfo") or "").splitlines():
        name, _, value = line.partition(":")
        number, _, unit = value.strip().partition(" ")
        if unit == "kB" and number.isdigit():
            found[name] = int(number)
    return found
