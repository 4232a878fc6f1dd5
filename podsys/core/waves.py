"""A rollout in waves: a canary first, then the rest, and a budget of failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from podsys.model.plan import Step


def split_waves(
    nodes: Sequence[str], canary: int, size: int | None = None
) -> list[tuple[str, ...]]:
    """The first `canary` nodes alone, then the others, at most `size` at once."""
    first, rest = tuple(nodes[:canary]), tuple(nodes[canary:])
    step = size or max(1, len(rest))
    waves = [first, *(rest[place : place + step] for place in range(0, len(rest), step))]
    return [wave for wave in waves if wave]


def roles_on(steps: Iterable[Step], wave: Iterable[str]) -> dict[str, list[str]]:
    """Role -> its nodes in this wave, for the roles that have any."""
    members = set(wave)
    found = {step.role: [node for node in step.nodes if node in members] for step in steps}
    return {role: nodes for role, nodes in found.items() if nodes}


def over_budget(failed: Mapping[str, str], budget: int) -> bool:
    return len(failed) > budget
