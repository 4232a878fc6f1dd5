"""The slowest nodes of a map too large to read cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from podsys.view.numbers import format_number

SHOWN = 12


def rank_nodes(values: Mapping[tuple[str, str], float]) -> list[dict[str, Any]]:
    """By the median of all that was measured to and from a node, slowest first."""
    seen: dict[str, list[tuple[float, str]]] = {}
    for (source, target), value in values.items():
        seen.setdefault(source, []).append((value, f"{source} → {target}"))
        seen.setdefault(target, []).append((value, f"{source} → {target}"))
    ranked = sorted((median(v for v, _ in found), node) for node, found in seen.items())
    return [_describe(node, middle, seen[node]) for middle, node in ranked[:SHOWN]]


def _describe(node: str, middle: float, found: list[tuple[float, str]]) -> dict[str, Any]:
    lowest, way = min(found)
    return {
        "node": node,
        "median": format_number(middle),
        "lowest": format_number(lowest),
        "way": way,
        "measured": len(found),
    }
