"""Swap space: `all` must be `off`.

Read live from /proc/swaps, and for the next boot from /etc/fstab and from swap units that are
enabled. Set by swapoff -a, by commenting out the lines of /etc/fstab and by masking the units.
"""

import os
from typing import Dict, List

from .. import machine
from ..orders import reload_later
from ..paths import find_paths
from . import Item, Readings, read_each

UNITS = "/etc/systemd/system/*.*/*.swap"
MARK = "# podsys took out swap: "


def read(items: List[Item]) -> Readings:
    return read_each(items, lambda item: read_swap())


def read_swap() -> Dict[str, str]:
    if machine.exists("/run/systemd/container"):
        return {"absent": "a container has no swap of its own"}
    swaps = machine.read_text("/proc/swaps")
    if swaps is None:
        raise machine.Unreadable("/proc/swaps is missing")
    lines = (machine.read_text("/etc/fstab") or "").splitlines()
    return {
        "live": "on" if len(swaps.strip().splitlines()) > 1 else "off",
        "persistent": "on" if find_units() or any(_is_swap(line) for line in lines) else "off",
    }


def find_units() -> List[str]:
    """Enabled: linked from what some target wants, and not masked."""
    names = {os.path.basename(path) for path in find_paths(UNITS)}
    return sorted(name for name in names if not _is_masked(name))


def _is_masked(name: str) -> bool:
    path = machine.at("/etc/systemd/system/" + name)
    return os.path.islink(path) and os.readlink(path) == "/dev/null"


def write(changed: List[Item], wanted: List[Item]) -> None:
    text = machine.read_text("/etc/fstab")
    if text is not None:
        lines = [MARK + line if _is_swap(line) else line for line in text.splitlines()]
        if lines != text.splitlines():
            machine.write_text("/etc/fstab", "\n".join(lines) + "\n")
    for unit in find_units():
        machine.run(["systemctl", "--no-reload", "disable", "--now", unit], 300)
        machine.ask(["systemctl", "--no-reload", "mask", unit], 60)
        reload_later()
    machine.ask(["swapoff", "-a"], 300)


def _is_swap(line: str) -> bool:
    parts = line.split("#", maxsplit=1)[0].split()
    options = parts[3].split(",") if len(parts) > 3 else []
    return len(parts) >= 3 and parts[2] == "swap" and "noauto" not in options
