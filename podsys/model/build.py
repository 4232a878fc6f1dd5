"""A package that one node builds for all of its kind: kernel modules, or a part from sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class DkmsSources:
    """The package for DKMS that modules are built from, whose place the built one takes."""

    package: str
    version: str
    sha256: str

    how: Literal["dkms"] = "dkms"


@dataclass(frozen=True, slots=True)
class RecipeSources:
    """Sources from outside, fetched by the admin node; `sha256` or `commit` says which.

    `component` names the part of the release; the others are as in model/recipe.py.
    """

    component: str
    url: str
    sha256: str
    commit: str
    title: str
    script: str
    environment: tuple[tuple[str, str], ...]
    tools: tuple[str, ...]
    makes: tuple[str, ...]
    lent: tuple[str, ...]

    how: Literal["recipe"] = "recipe"


@dataclass(frozen=True, slots=True)
class Build:
    """`packages` is what only building takes, `depends` what the built package needs of the
    release: both as apt writes them. `kernel` is a name below /lib/modules, empty for what fits
    any.
    """

    name: str
    version: str
    arch: str
    sources: DkmsSources | RecipeSources
    kernel: str = ""
    packages: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()

    @property
    def pin(self) -> str:
        return f"{self.name}={self.version}"

    @property
    def file(self) -> str:
        """The package's file, below the workspace's packages/."""
        return f"{self.name}_{self.version.partition(':')[2] or self.version}_{self.arch}.deb"

    @property
    def replaces(self) -> str:
        """The release's package in whose place it is installed; empty without one."""
        return self.sources.package if isinstance(self.sources, DkmsSources) else ""

    def as_request(self) -> Mapping[str, Any]:
        """The form in which podsys/node/build.py gets it: as JSON would have it."""
        sources = _as_plain(asdict(self.sources))
        if "environment" in sources:
            sources["environment"] = dict(sources["environment"])
        return _as_plain(asdict(self)) | {"sources": sources}


def _as_plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(value) if isinstance(value, tuple) else value for k, value in fields.items()}


@dataclass(frozen=True, slots=True)
class PlannedBuild:
    """`node` builds it for `nodes`, itself among them; none where the workspace has it already."""

    build: Build
    nodes: tuple[str, ...]
    node: str = ""
