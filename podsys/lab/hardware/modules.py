"""Loaded kernel modules in /sys/module, beside those that the node itself has inserted."""

from __future__ import annotations

from podsys.lab.hardware.files import Entry, Files
from podsys.lab.hardware.sysfs import State, line

FOLDER = "/sys/module"
# Of each maker of GPUs; and what starts the names of those, and of what needs them.
MODULES = {"nvidia": "nvidia", "amd": "amdgpu"}
ABOVE = ("nvidia", "gdrdrv", "amdgpu")


def module_files(state: State) -> Files:
    """`parameters` of the state: module -> name -> value, where it has any."""
    files: dict[str, Entry] = {}
    for name, version in list_modules(state).items():
        files[f"{FOLDER}/{name}/initstate"] = line("live")
        files[f"{FOLDER}/{name}/refcnt"] = line(0)
        if version:
            files[f"{FOLDER}/{name}/version"] = line(version)
        for parameter, value in state.get("parameters", {}).get(name, {}).items():
            files[f"{FOLDER}/{name}/parameters/{parameter}"] = line(value)
    return files


def list_modules(state: State) -> dict[str, str]:
    """Module -> version; none is one that is not loaded.

    The GPU's own module follows `driver`, and those that build on it cannot be without it.
    """
    driver = state["driver"]
    found = {name: version for name, version in state["modules"].items() if version is not None}
    if not driver["module_loaded"]:
        return {name: version for name, version in found.items() if not name.startswith(ABOVE)}
    own = MODULES.get(driver["vendor"])
    return {**found, own: driver["module_version"]} if own else found
