"""Small files of the kernel, one value each, and the links between its devices."""

import os
from typing import Optional

from . import machine
from .values import LARGEST, decimal, is_pci_address, quote, whole, word


def read_word(path: str) -> str:
    """Some files answer with an error, such as those of a link that is down: nothing to say."""
    return word(read_some(path))


def read_some(path: str) -> str:
    """All lines of a file; nothing where there is none to read."""
    try:
        return machine.read_text(path) or ""
    except machine.Unreadable:
        return ""


def read_whole(path: str, most: int = LARGEST) -> Optional[int]:
    return whole(read_word(path), most)


def read_node(folder: str) -> Optional[int]:
    """The NUMA node of a device; firmware that does not say gives -1."""
    return read_whole(folder + "/numa_node", 4095)


def link_name(path: str) -> str:
    """The last part of where a link leads; empty where there is none."""
    try:
        return word(os.path.basename(os.readlink(machine.at(path))))
    except OSError:
        return ""


def pci_address(path: str) -> str:
    """The nearest PCI device on the way to what `path` leads to; empty where there is none."""
    parts = os.path.realpath(machine.at(path)).split("/")
    return next(filter(is_pci_address, reversed(parts)), "")


def read_uptime() -> float:
    """Seconds since boot."""
    text = machine.read_text("/proc/uptime") or ""
    uptime = decimal(text.partition(" ")[0])
    if uptime is None or uptime < 0:
        raise machine.Unreadable("/proc/uptime says %s" % quote(text))
    return uptime
