"""Options of a mount: what was asked for beside what the kernel shows. Pure but for memory."""

from typing import Dict, List, Optional

from .meminfo import read_sizes

# For mount, systemd or nobody: the kernel never shows them.
UNSHOWN = frozenset(
    "defaults auto noauto nofail _netdev user users nouser nousers owner group bind rbind bg fg "
    "intr nointr mode=1777 mode=01777".split()
)
UNSHOWN_STARTS = ("comment=", "x-", "retry=")
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
    if option in UNSHOWN or option.startswith(UNSHOWN_STARTS) or option in names.values():
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
    size = value.lower()
    digits, unit = (size, "") if size.isdigit() else (size[:-1], size[-1:])
    if name != "size" or not digits.isdigit() or unit not in {*UNITS, "%"}:
        return "%s=%s" % (name, value)
    number = int(digits)
    count = _share_of_memory(number) if unit == "%" else number * UNITS[unit]
    return "size=%d" % (-(-count // PAGE) * PAGE)


def _share_of_memory(percent: int) -> int:
    return read_sizes().get("MemTotal", 0) * 1024 * percent // 100
