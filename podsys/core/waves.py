"""A rollout in waves: a canary first, then the rest, and a budget of failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from podsys.model.plan import Step


def split_waves(nodes: Sequence[str], canary: int) -> list[tuple[str, ...]]:
    """The first `canary` nodes alone, then all others; one wave where that changes nothing."""
    first, rest = tuple(nodes[:canary]), tuple(nodes[canary:])
    return [wave for wave in (first, rest) if wave]


def roles_on(steps: Iterable[Step], wave: Iterable[str]) -> dict[str, list[str]]:
    """Role -> its nodes in this wave, for the roles that have any."""
    members = set(wave)
    found = {step.role: [node for node in step.nodes if node in members] for step in steps}
    return {role: nodes for role, nodes in found.items() if nodes}


def over_budget(failed: Mapping[str, str], budget: int) -> bool:
    return len(failed) > budget
