"""A rollout in waves: a canary first, then the rest, and a budget of failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from podsys.model.plan import Step

Todo = dict[str, tuple[str, ...]]


def split_waves(nodes: Sequence[str], canary: int) -> list[tuple[str, ...]]:
    """The first `canary` nodes alone, then all others; one wave where that changes nothing."""
    first, rest = tuple(nodes[:canary]), tuple(nodes[canary:])
    return [wave for wave in (first, rest) if wave]


def todo_of(steps: Iterable[Step], wave: Iterable[str], roles: Iterable[str]) -> Todo:
    """Role -> nodes, for the nodes of one wave; roles with nothing to do there are empty."""
    members = set(wave)
    nodes = {step.role: step.nodes for step in steps}
    return {role: tuple(n for n in nodes.get(role, ()) if n in members) for role in roles}


def over_budget(failed: Mapping[str, str], budget: int) -> bool:
    return len(failed) > budget
