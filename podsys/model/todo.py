"""What is to be done on nodes that differ in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from podsys.model.role import Family


@dataclass(frozen=True, slots=True)
class Todo:
    """`state` is what the Ansible role `managed` gets, only the parts that differ; `own_roles`
    are roles with tasks of their own, which follow in this order."""

    nodes: tuple[str, ...]
    family: Family
    state: Mapping[str, list[Any]]
    own_roles: tuple[str, ...] = ()

    @property
    def parts(self) -> frozenset[str]:
        """Parts of `managed` that have something to do, named as its tags are."""
        parts = frozenset(f"managed_{part}" for part, entries in self.state.items() if entries)
        return parts | frozenset(self.own_roles)
