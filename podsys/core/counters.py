"""Counters kept from one look to the next, so that a check can ask how fast they rise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from podsys.core.fact_paths import Path
from podsys.model.facts import NodeFacts
from podsys.node.diagnose.fact_paths import pick
from podsys.node.diagnose.rates import find_rates

# Node -> {time: seconds since 1970, boot_id, counters: as they were picked}.
Kept = Mapping[str, Mapping[str, Any]]


def keep_counters(
    facts: Mapping[str, NodeFacts], paths: Iterable[Path], now: float
) -> dict[str, dict[str, Any]]:
    """What shall be kept of these nodes for the next look."""
    wanted = [list(path) for path in sorted(paths)]
    return {
        node: {
            "time": now,
            "boot_id": found.get("system.boot_id"),
            "counters": pick({n: part.data for n, part in found.sections.items()}, wanted),
        }
        for node, found in facts.items()
        if found.reachable and wanted
    }


def compare_counters(before: Kept, now: Kept) -> dict[str, dict[str, Any]]:
    """Rates by node; none where the node was not seen before, or has booted since."""
    rates = {}
    for node, seen in now.items():
        known = before.get(node, {})
        seconds = seen["time"] - known.get("time", seen["time"])
        if seconds > 0 and seen["boot_id"] and known.get("boot_id") == seen["boot_id"]:
            rates[node] = find_rates(known.get("counters"), seen["counters"], seconds)
    return rates
