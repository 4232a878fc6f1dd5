"""Parts of a release that come as sources, and the recipe by which they become a package.

The recipe is locked with its part: what it was made of is in the package's version, so whatever
changes of it gives another package, and nodes that have the old one differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from podsys.core.built_modules import ARCH
from podsys.core.bundle import source_download
from podsys.core.release_roles import FAMILY_OF, find_locked_kernel
from podsys.model.build import Build, RecipeSources
from podsys.model.bundle import Download
from podsys.model.lock import LockedComponent, LockedPackage, LockedRelease
from podsys.model.recipe import Recipe
from podsys.model.release import Artifact, Component

# Of the digest in a version: enough to tell what stands beside each other.
DIGITS = 8


def explain_no_build(recipe: Recipe, parts: Mapping[str, Component], system: str, arch: str) -> str:
    """Why what a release has cannot be built by it; empty when it can."""
    if FAMILY_OF[system] != "debian":
        return "podsys builds with apt's packages, and makes none for dnf"
    if arch not in recipe.arch:
        return f"its recipe is not for {arch}"
    for name in recipe.uses:
        if name not in parts:
            return f"{name}, which it is built with, does not go there"
        if not parts[name].packages:
            return f"{name}, which it is built with, comes without packages"
    return ""


def find_part_builds(locked: LockedRelease) -> Iterator[Build]:
    for name, component in locked.components.items():
        if component.recipe and component.artifacts:
            yield _make(name, component, component.recipe, locked)


def find_download(build: Build) -> Download | None:
    """Where the sources come from; None for a build whose node has them in its archives."""
    one = build.sources
    if not isinstance(one, RecipeSources):
        return None
    artifact = Artifact(url=one.url, sha256=one.sha256 or None, commit=one.commit or None)
    return source_download(one.component, build.version.partition("+")[0], artifact)


def _make(name: str, component: LockedComponent, recipe: Recipe, locked: LockedRelease) -> Build:
    used = tuple(_used(recipe, locked))
    artifact = component.artifacts[0]
    of_kernel = find_locked_kernel(locked) if recipe.for_kernel else ""
    return Build(
        name=recipe.package,
        version=f"{component.version}+{_digest(component, used, of_kernel, locked)}",
        arch=ARCH[locked.system.arch],
        kernel=of_kernel,
        packages=(*recipe.needs, *(one.pin for one in used)),
        depends=recipe.depends,
        sources=RecipeSources(
            component=name,
            url=artifact.url,
            sha256=artifact.sha256 or "",
            commit="" if artifact.sha256 else artifact.commit or "",
            title=recipe.title,
            script=recipe.script,
            environment=tuple(recipe.environment.items()),
            tools=recipe.tools,
            makes=recipe.makes,
            lent=recipe.lent,
        ),
    )


def _used(recipe: Recipe, locked: LockedRelease) -> Iterator[LockedPackage]:
    for name in recipe.uses:
        yield from locked.components[name].packages if name in locked.components else ()


def _digest(
    component: LockedComponent,
    used: tuple[LockedPackage, ...],
    kernel: str,
    locked: LockedRelease,
) -> str:
    """Of all that decides what the package will be."""
    parts = {
        "component": component.model_dump(mode="json"),
        "used": sorted(one.sha256 for one in used),
        "kernel": kernel,
        "system": locked.system.model_dump(mode="json"),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:DIGITS]
