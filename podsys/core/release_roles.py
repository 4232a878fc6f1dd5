"""Roles that a release fills: the same role has other packages where another release is locked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain

from podsys.core.kernels import KERNEL, find_kernel
from podsys.model.build import Build
from podsys.model.lock import LockedComponent, LockedRelease
from podsys.model.role import Role

# Which package manager a system of a release has.
FAMILY_OF = {"debian": "debian", "ubuntu": "debian", "rocky": "rhel"}


def fill_role(role: Role, locked: LockedRelease | None, builds: Sequence[Build] = ()) -> Role:
    """With the packages that the lock has for what it provides; other roles as they are.

    The package of a build takes the place of what only building it needs.
    """
    if role.where != "release" or locked is None:
        return role
    parts = [locked.components[name] for name in role.provides if name in locked.components]
    build = next((one for one in builds if one.replaces), None)
    pins = tuple(_pins(role, parts, build))
    if role.takes_built:
        pins += tuple(one.pin for one in builds if not one.replaces)
    versions = [part.version for part in parts if part.flavour]
    return role.model_copy(
        update={
            "packages": {FAMILY_OF[locked.system.os]: pins},
            "module_versions": {name: versions[0] for name in role.modules if versions},
            "module_params": _module_params(locked, build),
            "boot_kernel": _boot_kernel(role, locked),
        }
    )


def _module_params(locked: LockedRelease, build: Build | None) -> dict[str, str]:
    """The kernel that the next boot brings, and the package that has the modules for it."""
    kernel = build.kernel if build else find_locked_kernel(locked)
    found = {"kernel": kernel, "package": build.name if build else ""}
    return {name: value for name, value in found.items() if value}


def _pins(role: Role, parts: list[LockedComponent], build: Build | None) -> Iterator[str]:
    for package in (package for part in parts for package in part.packages):
        if build and package.name == build.replaces:
            yield build.pin
        elif not build or not any(fnmatchcase(package.name, one) for one in role.only_to_build):
            yield package.pin


def _boot_kernel(role: Role, locked: LockedRelease) -> str:
    return find_locked_kernel(locked) if KERNEL in role.provides else ""


def find_locked_kernel(locked: LockedRelease) -> str:
    packages = chain.from_iterable(part.packages for part in locked.components.values())
    return find_kernel((one.name, one.version, one.arch) for one in packages)


def has_part_of(role: Role, locked: LockedRelease) -> bool:
    """Has the release packages there for this role, or those that it goes with?"""
    if role.takes_built and any(part.recipe for part in locked.components.values()):
        return True
    parts = (locked.components.get(name) for name in (*role.provides, *role.goes_with))
    return any(part is not None and part.packages for part in parts)


def why_without(role: Role, locked: LockedRelease | None) -> str:
    """Why a node has nothing of this role; empty when it has."""
    if role.where != "release" or (locked and has_part_of(role, locked)):
        return ""
    if locked is None:
        return "cluster.yaml asks for no release there"
    reasons = [locked.left_out[name] for name in role.provides if name in locked.left_out]
    parts = " or ".join(role.provides) or "part that is built from sources"
    return reasons[0] if reasons else f"{locked.release} has no {parts}"


def name_groups(locked: Mapping[str, LockedRelease]) -> dict[str, tuple[str, ...]]:
    """Inventory group of each lock entry -> its nodes: release_<id>, numbered where there are
    several of one release."""
    groups: dict[str, list[str]] = {}
    names: dict[int, str] = {}
    for node, one in locked.items():
        if id(one) not in names:
            base = "release_" + "".join(c if c.isalnum() else "_" for c in one.release)
            taken = sum(name.startswith(base) for name in names.values())
            names[id(one)] = f"{base}__{taken + 1}" if taken else base
        groups.setdefault(names[id(one)], []).append(node)
    return {name: tuple(nodes) for name, nodes in groups.items()}
