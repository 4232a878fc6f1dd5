"""podsys.lock as types: what this workspace was made with, and what its nodes shall have."""

from __future__ import annotations

from pydantic import Field

from podsys.model.recipe import Recipe
from podsys.model.release import (
    AnsweredArch,
    AnsweredName,
    AnsweredVersion,
    Arch,
    Artifact,
    Flavour,
    Name,
    ReleasePart,
    Sha256,
    Word,
)


class LockedPackage(ReleasePart):
    """Exactly one file: `origin` is where the node's package manager finds it, size in bytes."""

    name: AnsweredName
    version: AnsweredVersion
    arch: AnsweredArch
    source: str = Field(description="the source package it was built from")
    origin: str
    sha256: Sha256
    size: int = Field(ge=0)

    @property
    def pin(self) -> str:
        return f"{self.name}={self.version}"


class LockedComponent(ReleasePart):
    version: str
    flavour: Flavour | None = None
    cuda: str | None = None
    built_against: tuple[Word, ...] = ()
    packages: tuple[LockedPackage, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    recipe: Recipe | None = None


class LockedSystem(ReleasePart):
    os: str
    version: str
    arch: Arch


class LockedRelease(ReleasePart):
    """A release on nodes that are alike; `left_out` are components with the reason.

    `digest` is of the components: a hand's edit shows by it.
    """

    release: Name
    sha256: Sha256 = Field(description="of the release's file when it was locked")
    nodes: str
    system: LockedSystem
    digest: Sha256
    components: dict[Word, LockedComponent]
    left_out: dict[Word, str] = {}


class NodeSystem(ReleasePart):
    """What could not be read of a node is left out."""

    os: str = ""
    version: str = ""
    kernel: str = ""
    driver: str = ""
    nodes: str


class Lock(ReleasePart):
    """The whole file."""

    podsys: str
    ansible_core: str
    catalog_sha256: Sha256
    systems: tuple[NodeSystem, ...] = ()
    releases: tuple[LockedRelease, ...] = ()
