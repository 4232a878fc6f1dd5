"""Packages that must not move: `held`.

Read from dpkg's status file, or from the list of dnf's versionlock plugin: held is what may come
in no version but those that are installed. Set by apt-mark hold, or in that list. A package that
is not installed has nothing to hold.
"""

from typing import Dict, List

from .. import machine, packages, versionlock
from . import Item, Readings, read_each


def read(items: List[Item]) -> Readings:
    held = _read_dpkg() if packages.is_debian() else versionlock.read_held()
    return read_each(items, lambda item: _describe(item["key"], held))


def write(changed: List[Item], wanted: List[Item]) -> None:
    names = sorted({item["key"] for item in changed})
    if packages.is_debian():
        machine.ask(["apt-mark", "hold"] + names, 120)
    else:
        versionlock.hold(names)


def _read_dpkg() -> Dict[str, bool]:
    """Installed packages, and whether each is held."""
    found = packages.read_dpkg()
    return {n: p.want == "hold" for n, p in found.items() if p.state == "installed"}


def _describe(name: str, held: Dict[str, bool]) -> Dict[str, str]:
    if name not in held:
        return {"absent": "package %s is not installed" % name}
    return {"persistent": "held" if held[name] else "free"}
