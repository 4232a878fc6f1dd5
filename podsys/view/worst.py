"""The worst nodes of a map too large to read cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from podsys.view.numbers import format_number

SHOWN = 12


def rank_nodes(
    values: Mapping[tuple[str, str], float], *, highest: bool = False
) -> list[dict[str, Any]]:
    """By the median of all that was measured to and from a node, the lowest first, or the highest
    where less is better."""
    seen: dict[str, list[tuple[float, str]]] = {}
    for (source, target), value in values.items():
        seen.setdefault(source, []).append((value, f"{source} → {target}"))
        seen.setdefault(target, []).append((value, f"{source} → {target}"))
    sign = -1 if highest else 1
    ranked = sorted((sign * median(v for v, _ in found), node) for node, found in seen.items())
    worst_of = max if highest else min
    return [
        _describe(node, sign * middle, seen[node], worst_of(seen[node]))
        for middle, node in ranked[:SHOWN]
    ]


def _describe(
    node: str, middle: float, found: list[tuple[float, str]], worst: tuple[float, str]
) -> dict[str, Any]:
    value, way = worst
    return {
        "node": node,
        "median": format_number(middle),
        "worst": format_number(value),
        "way": way,
        "measured": len(found),
    }
