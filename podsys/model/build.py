"""Kernel modules as one package: built once from their sources, installed wherever they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Build:
    """`sources` is the package for DKMS that they are built from, at its version and sha256.

    `headers` are pins of packages that only building needs, `depends` what the built package
    needs of the release: both as apt writes them. `kernel` is a name below /lib/modules.
    """

    name: str
    version: str
    arch: str
    kernel: str
    sources: str
    sources_version: str
    sources_sha256: str
    headers: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()

    @property
    def pin(self) -> str:
        return f"{self.name}={self.version}"

    @property
    def file(self) -> str:
        """The package's file, below the workspace's packages/."""
        return f"{self.name}_{self.version.partition(':')[2] or self.version}_{self.arch}.deb"

    def as_request(self) -> Mapping[str, Any]:
        """The form in which podsys/node/build.py gets it."""
        return {
            "name": self.name,
            "version": self.version,
            "arch": self.arch,
            "kernel": self.kernel,
            "sources": self.sources,
            "sources_version": self.sources_version,
            "sources_sha256": self.sources_sha256,
            "headers": list(self.headers),
            "depends": list(self.depends),
        }


@dataclass(frozen=True, slots=True)
class PlannedBuild:
    """`node` builds it for `nodes`, itself among them; none where the workspace has it already."""

    build: Build
    nodes: tuple[str, ...]
    node: str = ""
