"""Packages of the distribution: `installed`, `absent`, or `=VERSION` for exactly this one.

Read from dpkg's status file, or from rpm, where others of the same name may be beside it: kernels.
Installed by Ansible's own modules.
"""

from typing import Dict, List

from .. import packages
from . import Item, Readings


def read(items: List[Item]) -> Readings:
    if packages.is_debian():
        found = _read_dpkg()
        return {i["id"]: {"live": _describe(i, found.get(i["key"], []))} for i in items}
    found = packages.read_rpm()
    return {i["id"]: {"live": _describe(i, _spell(i, found.get(i["key"], [])))} for i in items}


def _read_dpkg() -> Dict[str, List[str]]:
    """Name -> version; a package that is half there keeps dpkg's word for it."""
    return {
        name: [package.version if package.state == "installed" else "!" + package.state]
        for name, package in packages.read_dpkg().items()
        if package.state not in packages.GONE
    }


def _spell(item: Item, versions: List[str]) -> List[str]:
    """dnf takes a version without its epoch too, and so may whoever names one."""
    if ":" in item["value"]:
        return versions
    return [version.rpartition(":")[2] for version in versions]


def _describe(item: Item, versions: List[str]) -> str:
    wanted = item["value"]
    if not versions:
        return "absent"
    if versions[0].startswith("!"):
        return versions[0][1:]
    if not wanted.startswith("="):
        return "installed"
    return wanted if wanted[1:] in versions else "=" + " ".join(versions)
