"""Which kernel modules are built once, out of what a lock has, and who builds them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from podsys.core.versions import without_epoch
from podsys.model.build import Build, PlannedBuild
from podsys.model.lock import LockedPackage, LockedRelease
from podsys.model.plan import Change

DKMS = "-dkms"
HEADERS = re.compile(r"linux-headers-(\d.*)")
IMAGE = re.compile(r"linux-image-(?:unsigned-)?(\d.*)")
# Of the kernel's sources, what is the same for all its flavours.
COMMON = "-common"
# As the system names architectures, and as its packages do.
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}


def find_build(locked: LockedRelease) -> Build | None:
    """None where a release has nothing for DKMS, or no headers to build it with."""
    packages = {one.name: one for one in all_packages(locked)}
    sources = find_sources(locked)
    headers = packages.get(find_name(packages, HEADERS))
    if sources is None or headers is None:
        return None
    kernel = headers.name.removeprefix("linux-headers-")
    image = packages.get(find_name(packages, IMAGE))
    return Build(
        name=f"{sources.name.removesuffix(DKMS)}-{kernel}",
        version=f"{sources.version}+{without_epoch(headers.version)}",
        arch=ARCH[locked.system.arch],
        kernel=kernel,
        sources=sources.name,
        sources_version=sources.version,
        sources_sha256=sources.sha256,
        headers=(headers.pin,),
        depends=(f"{image.name} (= {image.version})",) if image else (),
    )


def find_sources(locked: LockedRelease) -> LockedPackage | None:
    """Of a part that is kernel modules alone. One that says which CUDA it runs has libraries too:
    its maker's metapackage brings all of it, and insists on DKMS."""
    modules = (one for one in locked.components.values() if one.flavour and not one.cuda)
    packages = (package for one in modules for package in one.packages)
    return next((package for package in packages if package.name.endswith(DKMS)), None)


def all_packages(locked: LockedRelease) -> Iterator[LockedPackage]:
    return chain.from_iterable(part.packages for part in locked.components.values())


def find_name(names: Collection[str], pattern: re.Pattern[str]) -> str:
    """The package of one kernel; the longest name is the one with the kernel's flavour."""
    found = [name for name in names if pattern.fullmatch(name) and COMMON not in name]
    return max(found, key=len, default="")


def plan_builds(
    changes: Collection[Change], builds: Mapping[str, Build], kept: Collection[str]
) -> tuple[PlannedBuild, ...]:
    """`builds` by node; `kept` are the files that the workspace has.

    The first node that lacks the package builds it for all of them: it is changed first, too.
    """
    waiting: dict[Build, list[str]] = {}
    for change in changes:
        for node in change.nodes if change.item.kind == "package" else ():
            build = builds.get(node)
            if build and change.item.key == build.name:
                waiting.setdefault(build, []).append(node)
    return tuple(
        PlannedBuild(build, tuple(sorted(nodes)), "" if build.file in kept else min(nodes))
        for build, nodes in waiting.items()
    )
