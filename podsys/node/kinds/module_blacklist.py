"""Kernel modules that must not load.

Read live from /sys/module (`loaded` or `blocked`), and for the next boot from the
`blacklist` lines, and `install` lines that lead nowhere, of all modprobe.d folders. Written
to /etc/modprobe.d/zz-podsys-blacklist.conf; the initramfs is rebuilt, and must be no older than
that file. A module that is loaded already goes with the next reboot.
"""

from typing import Dict, List, Set

from .. import machine, modprobe
from . import Item, Readings, read_each

OWN = (modprobe.BLACKLIST,)


def read(items: List[Item]) -> Readings:
    blocked = modprobe.read_blocked()
    return read_each(items, lambda item: _read_one(modprobe.normal(item["key"]), blocked))


def write(changed: List[Item], wanted: List[Item]) -> None:
    modprobe.write_file(modprobe.BLACKLIST, ["blacklist %s" % item["key"] for item in wanted])


def _read_one(module: str, blocked: Set[str]) -> Dict[str, str]:
    # What is built into the kernel has a folder too, but no initstate, and cannot be blocked.
    loaded = machine.exists("/sys/module/%s/initstate" % module)
    reading = {
        "live": "loaded" if loaded else "blocked",
        "persistent": "blocked" if module in blocked else "unset",
    }
    if modprobe.is_initramfs_old():
        reading.update(modprobe.OLD_INITRAMFS)
    return reading
