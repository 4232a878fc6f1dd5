"""What is to be done on nodes that differ in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from podsys.model.build import Build
from podsys.model.role import Family

Request = Mapping[str, Any]


class Literal(str):
    """A text in which Ansible must not look for expressions of its own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Todo:
    """`first` comes before the packages, `items` after them; both go to podsys_settings.
    `versions` are packages that must have one version, as the package manager writes them;
    `built` are those of them that podsys built.
    `own_roles` are roles with tasks of their own, which follow in this order."""

    nodes: tuple[str, ...]
    family: Family
    first: tuple[Request, ...] = ()
    packages: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    items: tuple[Request, ...] = ()
    own_roles: tuple[str, ...] = ()
    built: tuple[Build, ...] = ()

    @property
    def tags(self) -> frozenset[str]:
        """The tasks of apply.yaml that have something to do."""
        packages = self.packages + self.versions
        parts = {"first": self.first, "packages": packages, "items": self.items}
        return frozenset(part for part, work in parts.items() if work) | frozenset(self.own_roles)
