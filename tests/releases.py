"""What tests of releases share: the book as shipped, machines, and a lock."""

from __future__ import annotations

from typing import Any

from podsys.commands.release_book import load_releases
from podsys.core.locked import digest_of
from podsys.core.releases import ReleaseBook
from podsys.model.facts import NodeFacts, Section
from podsys.model.lock import LockedComponent, LockedPackage, LockedRelease, LockedSystem

SECURITY = "debian-12-nvidia-535.309"
RELEASED = "debian-12-nvidia-535.261"


def book() -> ReleaseBook:
    return load_releases()


def machine(
    name: str = "n1",
    os: str = "debian",
    version: str = "12",
    arch: str = "x86_64",
    virtualization: str = "none",
    pci: tuple[str, ...] | None = (),
    **sections: dict[str, Any],
) -> NodeFacts:
    """A node's facts; `pci` are ids as vendor:device, None where the bus was not read."""
    system = {"os": os, "os_version": version, "arch": arch, "virtualization": virtualization}
    found = {"system": system, **sections}
    if pci is not None:
        kinds = {"10de:1af1": "nvswitch", "10de:22a3": "nvswitch"}
        found["pci"] = {
            "devices": [
                {"vendor": i[:4], "device": i[5:], "kind": kinds.get(i, "gpu")} for i in pci
            ]
        }
    return NodeFacts(name, sections={key: Section("ok", data) for key, data in found.items()})


def package(name: str, version: str, source: str = "nvidia-graphics-drivers") -> LockedPackage:
    return LockedPackage(
        name=name,
        version=version,
        arch="amd64",
        source=source,
        origin="http://deb.debian.org/debian bookworm/non-free",
        sha256="a" * 64,
        size=1000,
    )


def locked(
    release: str = SECURITY,
    nodes: str = "n1",
    version: str = "535.309.01",
    revision: str = "0+deb12u1",
    **parts: LockedComponent,
) -> LockedRelease:
    """The libraries, as on a machine without GPU of its own."""
    names = ("libcuda1", "libnvidia-cfg1", "libnvidia-ml1", "nvidia-alternative", "nvidia-smi")
    driver = LockedComponent(
        version=version,
        cuda="12.2",
        packages=tuple(package(name, f"{version}-{revision}") for name in names),
    )
    components = {"driver": driver, **parts}
    return LockedRelease(
        release=release,
        sha256=book().digests.get(release, "0" * 64),
        nodes=nodes,
        system=LockedSystem(os="debian", version="12", arch="x86_64"),
        digest=digest_of(components),
        components=components,
        left_out={"kernel": "the machine is a container, which runs its host's kernel"},
    )


def released(nodes: str = "n1") -> LockedRelease:
    return locked(RELEASED, nodes, "535.261.03", "1")
