"""Packages at one version: `name=version`, as apt writes it."""

from __future__ import annotations

from collections.abc import Sequence

from podsys.model.item import Item
from podsys.model.role import Family, Role


def wanted_packages(role: Role, family: Family, hold: Sequence[str]) -> dict[str, str]:
    """Name -> version, empty for any; cluster.yaml's word counts more than the role's."""
    pins = [one for one in hold if "=" in one] if role.holds_packages else []
    return dict(split_pin(one) for one in (*role.packages.get(family, ()), *pins))


def split_pin(text: str) -> tuple[str, str]:
    name, _, version = text.partition("=")
    return name, version


def package_value(version: str) -> str:
    """With its mark, a version is never taken for a number: 1.1 is not 1.10."""
    return f"={version}" if version else "installed"


def version_of(item: Item) -> str:
    return item.value.removeprefix("=") if item.value.startswith("=") else ""


def package_spec(name: str, version: str, family: Family) -> str:
    """The name by which the package manager installs exactly this version."""
    return f"{name}={version}" if family == "debian" else f"{name}-{version}"
