"""The plan: the difference between what is wanted and what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from podsys.model.build import PlannedBuild
from podsys.model.item import Item, Reading


@dataclass(frozen=True, slots=True)
class Change:
    """One item that differs, on all nodes where it differs in the same way."""

    item: Item
    before: Reading
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be compared; it is named, and it never counts as right."""

    node: str
    item_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """A role on the nodes where it differs."""

    role: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reboot:
    """Nodes that need a reboot, with the items that ask for it."""

    nodes: tuple[str, ...]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`builds` come first, `changes` are made by `steps`, `reboots` follow; `gaps` stay unknown."""

    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    reboots: tuple[Reboot, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unreachable: tuple[str, ...] = ()
    builds: tuple[PlannedBuild, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.steps and not self.reboots


EventKind = Literal[
    "started",
    "build",
    "unbuilt",
    "step",
    "node",
    "reboot",
    "quarantined",
    "released",
    "stopped",
    "certified",
    "finished",
]
