"""Packages of the distribution: `installed`, `absent`, or `=VERSION` for exactly this one.

Read from dpkg's status file, or from rpm. Installed by Ansible's own modules.
"""

from typing import Dict, List

from .. import packages
from . import Item, Readings


def read(items: List[Item]) -> Readings:
    found = _read_dpkg() if packages.is_debian() else packages.read_rpm()
    return {item["id"]: {"live": _describe(item, found)} for item in items}


def _read_dpkg() -> Dict[str, str]:
    """Name -> version; a package that is half there keeps dpkg's word for it."""
    return {
        name: package.version if package.state == "installed" else "!" + package.state
        for name, package in packages.read_dpkg().items()
        if package.state not in packages.GONE
    }


def _describe(item: Item, found: Dict[str, str]) -> str:
    version = found.get(item["key"])
    if version is None:
        return "absent"
    if version.startswith("!"):
        return version[1:]
    return "=" + version if item["value"].startswith("=") else "installed"
