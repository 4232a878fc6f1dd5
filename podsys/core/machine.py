"""What a release asks of a machine, out of its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from podsys.model.facts import NodeFacts
from podsys.model.release import Fabric, Generation, Machine, Release

# As systemd-detect-virt names them: they run their host's kernel.
CONTAINERS = (
    "systemd-nspawn", "docker", "podman", "lxc", "lxc-libvirt", "openvz", "rkt", "proot",
    "container-other", "pouch", "wsl",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MachineTraits:
    """`pci` is None where the bus was not read, `gpu_makers` where nothing was."""

    os: str
    version: str
    arch: str
    kind: Machine
    pci: frozenset[str] | None
    gpu_makers: frozenset[str] | None

    def is_of(self, release: Release) -> bool:
        """A minor version of a system is of its major one: Rocky 9.8 is a Rocky 9."""
        wanted = release.system
        same_version = f"{self.version}.".startswith(f"{wanted.version}.")
        return self.os == wanted.os and same_version and self.arch in wanted.arch


def traits_of_machine(facts: NodeFacts) -> MachineTraits | None:
    """None when the node was never read."""
    os, version, arch = (facts.get(f"system.{key}") for key in ("os", "os_version", "arch"))
    if not (os and version and arch):
        return None
    devices: Sequence[Mapping[str, Any]] | None = facts.get("pci.devices")
    names: Sequence[str] | None = facts.get("capabilities.names")
    return MachineTraits(
        os=os,
        version=version,
        arch=arch,
        kind=_kind_of(str(facts.get("system.virtualization") or "none")),
        pci=None if devices is None else frozenset(f"{d['vendor']}:{d['device']}" for d in devices),
        gpu_makers=None
        if names is None
        else frozenset(maker for maker in ("nvidia", "amd") if f"{maker}_gpu" in names),
    )


def generations_on(
    traits: MachineTraits, generations: Mapping[str, Generation]
) -> list[Generation]:
    """Whose GPUs are on the bus."""
    found = traits.pci or frozenset()
    return [one for one in generations.values() if found.intersection(one.gpus)]


def fabric_on(traits: MachineTraits, generations: Mapping[str, Generation]) -> Fabric | None:
    """By PCI ids, never by the name of a model."""
    found = traits.pci or frozenset()
    if any(found.intersection(one.nvl72) for one in generations.values()):
        return "nvl72"
    if any(found.intersection(one.nvswitch) for one in generations.values()):
        return "nvswitch"
    return None


def _kind_of(virtualization: str) -> Machine:
    if virtualization in CONTAINERS:
        return "container"
    return "metal" if virtualization == "none" else "vm"
