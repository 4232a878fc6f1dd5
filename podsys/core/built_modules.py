"""Which kernel modules are built once, out of what a lock has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain

from podsys.core.versions import without_epoch
from podsys.model.build import Build, DkmsSources
from podsys.model.lock import LockedPackage, LockedRelease

DKMS = "-dkms"
HEADERS = re.compile(r"linux-headers-(\d.*)")
IMAGE = re.compile(r"linux-image-(?:unsigned-)?(\d.*)")
# Of the kernel's sources, what is the same for all its flavours.
COMMON = "-common"
# As the system names architectures, and as its packages do.
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}


def find_modules_build(locked: LockedRelease) -> Build | None:
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
        sources=DkmsSources(sources.name, sources.version, sources.sha256),
        packages=("dkms", headers.pin),
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
