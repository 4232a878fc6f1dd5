"""A recipe: how a part of a release that comes as sources becomes a package."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from podsys.model.release import Arch, ReleasePart, Word

PackageName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]+$")]
AbsolutePath = Annotated[str, Field(pattern=r"^(/[^/\s]+)+$")]
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class Recipe(ReleasePart):
    """One file podsys/catalog/recipes/<component>.yaml, or recipes/<component>.yaml of a workspace.

    `script` is run by `sh -eu` in the unpacked sources, with `environment` and DESTDIR (the root of
    what becomes the package), JOBS (how many at once), KERNEL (of the release; empty without one).
    `needs` are packages of the distribution that only building takes; `uses` components of the
    release whose packages the builder gets first, at the lock's versions; `tools` files that must
    be there then. `makes` must be there afterwards; programs among it may lack none of their
    libraries but those that are `lent` by the node's driver.
    """

    id: Word
    title: str
    package: PackageName
    arch: tuple[Arch, ...] = ("x86_64", "aarch64")
    needs: tuple[PackageName, ...] = ()
    uses: tuple[Word, ...] = ()
    tools: tuple[AbsolutePath, ...] = ()
    depends: tuple[PackageName, ...] = ()
    environment: dict[Variable, str] = {}
    script: str
    makes: tuple[AbsolutePath, ...] = Field(min_length=1)
    lent: tuple[str, ...] = ()
    for_kernel: bool = Field(False, description="what is made fits the release's kernel alone")
    source: tuple[str, ...] = Field(min_length=1)
