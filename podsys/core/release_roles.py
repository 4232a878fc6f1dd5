"""Roles that a release fills: the same role has other packages where another release is locked."""

from __future__ import annotations

from collections.abc import Mapping

from podsys.core.kernels import KERNEL, find_kernel
from podsys.model.lock import LockedRelease
from podsys.model.role import Role

# Which package manager a system of a release has.
FAMILY_OF = {"debian": "debian", "ubuntu": "debian", "rocky": "rhel"}


def fill_role(role: Role, locked: LockedRelease | None) -> Role:
    """With the packages that the lock has for what it provides; other roles as they are."""
    if role.where != "release" or locked is None:
        return role
    parts = [locked.components[name] for name in role.provides if name in locked.components]
    pins = tuple(package.pin for part in parts for package in part.packages)
    versions = [part.version for part in parts if part.flavour]
    return role.model_copy(
        update={
            "packages": {FAMILY_OF[locked.system.os]: pins},
            "module_versions": {name: versions[0] for name in role.modules if versions},
            "boot_kernel": _boot_kernel(role, locked),
        }
    )


def _boot_kernel(role: Role, locked: LockedRelease) -> str:
    kernel = locked.components.get(KERNEL) if KERNEL in role.provides else None
    packages = [(one.name, one.version, one.arch) for one in kernel.packages] if kernel else []
    return find_kernel(packages)


def has_part_of(role: Role, locked: LockedRelease) -> bool:
    """Has the release packages there for this role?"""
    parts = (locked.components.get(name) for name in role.provides)
    return any(part is not None and part.packages for part in parts)


def why_without(role: Role, locked: LockedRelease | None) -> str:
    """Why a node has nothing of this role; empty when it has."""
    if role.where != "release" or (locked and has_part_of(role, locked)):
        return ""
    if locked is None:
        return "cluster.yaml asks for no release there"
    reasons = [locked.left_out[name] for name in role.provides if name in locked.left_out]
    return reasons[0] if reasons else f"{locked.release} has no {' or '.join(role.provides)}"


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
