"""What is built once, out of what a lock has, and who builds it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from podsys.core.built_modules import find_modules_build
from podsys.core.built_parts import find_part_builds
from podsys.model.build import Build, PlannedBuild
from podsys.model.lock import LockedRelease
from podsys.model.plan import Change
from podsys.model.spec import Packages


def find_builds(locked: LockedRelease, packages: Packages) -> tuple[Build, ...]:
    """As cluster.yaml wants packages: each node may build its modules by itself, too."""
    return tuple(_find(locked, packages))


def _find(locked: LockedRelease, packages: Packages) -> Iterator[Build]:
    if packages.modules == "packaged" and (found := find_modules_build(locked)):
        yield found
    if packages.parts == "built":
        yield from find_part_builds(locked)


def plan_builds(
    changes: Collection[Change], builds: Mapping[str, Sequence[Build]], kept: Collection[str]
) -> tuple[PlannedBuild, ...]:
    """`builds` by node; `kept` are the files that the workspace has.

    The first node that lacks the package builds it for all of them: it is changed first, too.
    """
    waiting: dict[Build, list[str]] = {}
    for change in changes:
        for node in change.nodes if change.item.kind == "package" else ():
            for build in builds.get(node, ()):
                if change.item.key == build.name:
                    waiting.setdefault(build, []).append(node)
    return tuple(
        PlannedBuild(build, tuple(sorted(nodes)), "" if build.file in kept else min(nodes))
        for build, nodes in waiting.items()
    )
