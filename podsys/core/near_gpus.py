"""Which GPU an RDMA device is beside: below the same PCIe switch, in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podsys.core.nccl import climb
from podsys.model.facts import NodeFacts


def find_near_gpus(facts: NodeFacts) -> dict[str, int]:
    """RDMA device -> number of its GPU in the order of PCI; only those that share a bridge."""
    devices = facts.get("pci.devices") or ()
    ports = facts.get("infiniband.ports") or ()
    parents = {str(one.get("bdf")): one.get("parent") for one in devices}
    gpus = sorted(str(one.get("bdf")) for one in devices if one.get("kind") == "gpu")
    nics = {str(port["device"]): str(port.get("bdf")) for port in ports}
    beside: dict[tuple[int, ...], list[str]] = {}
    for name in sorted(nics, key=lambda name: nics[name]):
        near = _find_near(nics[name], gpus, parents)
        if near:
            beside.setdefault(near, []).append(name)
    return {
        name: near[place % len(near)]
        for near, names in beside.items()
        for place, name in enumerate(names)
    }


def _find_near(nic: str, gpus: list[str], parents: Mapping[str, Any]) -> tuple[int, ...]:
    """GPUs below the lowest bridge that has any."""
    for bridge in climb(parents, nic):
        found = tuple(n for n, gpu in enumerate(gpus) if bridge in climb(parents, gpu))
        if found:
            return found
    return ()
