"""Options of a mount: what was asked for beside what the kernel shows. Pure but for memory."""

import re
from typing import Dict, List, Optional

from . import machine

# For mount, systemd or nobody: the kernel never shows them.
UNSHOWN = re.compile(
    r"^(defaults|auto|noauto|nofail|_netdev|users?|nousers?|owner|group|comment=.*|x-.*"
    r"|r?bind|bg|fg|retry=.*|intr|nointr|mode=0?1777)$"
)
# Shown only when they are off.
SILENT = ("suid", "dev", "exec", "async", "atime", "diratime", "iversion", "mand")
SAME = {"nfsvers": "vers"}
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
PAGE = 4096


def find_options(wanted: List[str], shown: List[str]) -> List[str]:
    """`wanted` as the kernel has it: each option that holds, or what is there in its place.

    Nobody needs to ask for rw, but a mount that became read-only must show.
    """
    names = {_name(option): option for option in shown}
    if "ro" in shown:
        names.pop("rw", None)
    asked = wanted if {"ro", "rw"} & set(wanted) else ["rw", *wanted]
    found = [(option, _find(option, names)) for option in asked]
    return [have for option, have in found if have and (have != "rw" or option in wanted)]


def _find(option: str, names: Dict[str, str]) -> Optional[str]:
    """The option itself where it holds, another one of its name, or nothing."""
    if UNSHOWN.match(option) or option in names.values():
        return option
    if option in ("ro", "rw"):
        return "rw" if option == "ro" else "ro"
    if option in SILENT:
        return option if "no" + option not in names else "no" + option
    have = names.get(_name(option))
    return option if have and _normal(have) == _normal(option) else have


def _name(option: str) -> str:
    name = option.partition("=")[0]
    return SAME.get(name, name)


def _normal(option: str) -> str:
    """A size in bytes, whichever unit it was written in."""
    name, value = _name(option), option.partition("=")[2]
    size = re.match(r"^(\d+)([kmgt%]?)$", value.lower())
    if name != "size" or not size:
        return "%s=%s" % (name, value)
    number, unit = int(size.group(1)), size.group(2)
    count = _share_of_memory(number) if unit == "%" else number * UNITS[unit]
    return "size=%d" % (-(-count // PAGE) * PAGE)


def _share_of_memory(percent: int) -> int:
    found = re.search(r"^MemTotal:\s+(\d+) kB", machine.read_text("/proc/meminfo") or "", re.M)
    return int(found.group(1)) * 1024 * percent // 100 if found else 0
