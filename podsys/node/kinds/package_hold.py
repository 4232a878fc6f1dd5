"""Packages that must not move: `held`.

Read from dpkg's status file, or from dnf versionlock. Set by apt-mark hold, or dnf
versionlock add. A package that is not installed has nothing to hold.
"""

from typing import Dict, List

from .. import machine, packages
from . import Item, Readings, read_each


def read(items: List[Item]) -> Readings:
    held = _read_dpkg() if packages.is_debian() else _read_rpm()
    return read_each(items, lambda item: _describe(item["key"], held))


def write(changed: List[Item], wanted: List[Item]) -> None:
    tool = ["apt-mark", "hold"] if packages.is_debian() else ["dnf", "versionlock", "add"]
    machine.ask(tool + sorted({item["key"] for item in changed}), 120)


def _read_dpkg() -> Dict[str, bool]:
    """Installed packages, and whether each is held."""
    found = packages.read_dpkg()
    return {n: p.want == "hold" for n, p in found.items() if p.state == "installed"}


def _read_rpm() -> Dict[str, bool]:
    lines = machine.ask(["dnf", "-q", "versionlock", "list"], 60).split()
    locked = {line.rsplit("-", 2)[0] for line in lines}  # name-epoch:version-release.arch
    return {name: name in locked for name in packages.read_rpm()}


def _describe(name: str, held: Dict[str, bool]) -> Dict[str, str]:
    if name not in held:
        return {"absent": "package %s is not installed" % name}
    return {"persistent": "held" if held[name] else "free"}
