"""What equal nodes usually read: the most common value of each fact that rules compare with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from podsys.core.fact_paths import Path
from podsys.model.facts import NodeFacts
from podsys.node.diagnose.fact_paths import pick
from podsys.node.rules import Unknown

FEWEST = 3
TOO_FEW = Unknown("there are too few equal nodes to compare with", "option", "fleet")
NO_MAJORITY = Unknown("equal nodes do not agree", "option", "fleet")


def find_fleets(
    facts: Mapping[str, NodeFacts], platforms: Mapping[str, str], paths: Iterable[Path]
) -> dict[str, dict[str, Any]]:
    """For each reachable node what nodes of its platform read; nodes of one platform share it."""
    wanted = [list(path) for path in sorted(paths)]
    members: dict[str, list[str]] = {}
    for node, found in facts.items():
        if found.reachable and wanted:
            members.setdefault(platforms.get(node, ""), []).append(node)
    fleets = {}
    for nodes in members.values():
        fleet = _usual([pick(_data(facts[node]), wanted) for node in nodes])
        fleets.update(dict.fromkeys(nodes, fleet))
    return fleets


def _data(facts: NodeFacts) -> dict[str, Any]:
    return {name: part.data for name, part in facts.sections.items() if part.status == "ok"}


def _usual(values: list[Any]) -> Any:
    """The same shape as the values have, with what most of them say at its ends."""
    trees = [value for value in values if isinstance(value, dict)]
    if trees:
        keys = dict.fromkeys(key for tree in trees for key in tree)
        return {key: _usual([tree.get(key) for tree in trees]) for key in keys}
    counts = Counter(value for value in values if value is not None).most_common(2)
    if sum(value is not None for value in values) < FEWEST:
        return TOO_FEW
    if len(counts) == 2 and counts[0][1] == counts[1][1]:
        return NO_MAJORITY
    return counts[0][0]
