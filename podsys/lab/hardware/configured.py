"""What a node's own configuration makes of its hardware at boot.

Kernel arguments and blacklisted modules are the node's own, and podsys sets them. Here are those
that mend something; what they did stays in the state until something else breaks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

State = dict[str, Any]
Effect = Callable[[State], None]
BLACKLIST = re.compile(r"^\s*(?:blacklist\s+(\S+)|install\s+(\S+)\s+/bin/(?:true|false))\s*$", re.M)


def apply_configuration(state: State, command_line: str, modprobe: Iterable[str]) -> State:
    """A new state. `modprobe`: the texts of all files in modprobe.d folders."""
    new = deepcopy(state)
    for argument in command_line.split():
        ARGUMENTS.get(argument, leave)(new)
        name, _, value = argument.partition("=")
        if name == "pcie_aspm.policy":
            new["aspm_policy"] = value
        if name in ("modprobe.blacklist", "module_blacklist"):
            drop_modules(new, value.split(","))
    drop_modules(new, list_blacklisted(modprobe))
    return new


def list_blacklisted(modprobe: Iterable[str]) -> list[str]:
    found = (match for text in modprobe for match in BLACKLIST.finditer(text))
    return [(match[1] or match[2]).replace("-", "_") for match in found]


def drop_modules(state: State, names: Iterable[str]) -> None:
    """A driver that does not load leaves its devices to the next that wants them."""
    for name in names:
        state["modules"].pop(name, None)
        if name == "nouveau":
            for gpu in state["gpus"]:
                device = state["devices"][gpu["bdf"]]
                device["driver"] = "nvidia" if device["driver"] == name else device["driver"]


def leave(_state: State) -> None:
    """An argument that does nothing to hardware."""


def pass_through(state: State) -> None:
    state["iommu"]["type"] = "identity"


def stop_aspm(state: State) -> None:
    for device in state["devices"].values():
        device["aspm"] = "off"


ARGUMENTS: dict[str, Effect] = {
    "iommu=pt": pass_through,
    "iommu.passthrough=1": pass_through,
    "pcie_aspm=off": stop_aspm,
}
