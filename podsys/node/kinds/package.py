"""Packages of the distribution: `installed` or `absent`.

Read from dpkg's status file, or from rpm. Installed by Ansible's own modules.
"""

from typing import List

from .. import packages
from . import Item, Readings


def read(items: List[Item]) -> Readings:
    if packages.is_debian():
        states = {name: package.state for name, package in packages.read_dpkg().items()}
    else:
        states = dict.fromkeys(packages.read_rpm(), "installed")
    return {item["id"]: {"live": _describe(states.get(item["key"]))} for item in items}


def _describe(state: object) -> str:
    """A package that is half there keeps dpkg's word for it."""
    return "absent" if state in (None, "not-installed", "config-files") else str(state)
