"""Pairs of nodes: what all attempts to measure one pair say together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from podsys.core.rounds import Pair
from podsys.model.finding import Measurement

PairState = Literal["good", "slow", "mixed", "missing"]


@dataclass(frozen=True, slots=True)
class PairResult:
    """Attempts counted; an attempt is slow when either direction is."""

    nodes: Pair
    good: int
    slow: int
    worst: float | None
    problem: str = ""

    @property
    def state(self) -> PairState:
        """Repeats decide by majority; a tie is its own class and never a clean pass."""
        if not self.good and not self.slow:
            return "missing"
        if self.slow > self.good:
            return "slow"
        return "mixed" if self.slow else "good"

    def other(self, node: str) -> str:
        return self.nodes[1] if self.nodes[0] == node else self.nodes[0]


def fold_pairs(measurements: Iterable[Measurement], slow_below: float) -> list[PairResult]:
    """All measurements of each pair, both ways, as one result."""
    ways: dict[Pair, dict[tuple[str, ...], list[Measurement]]] = {}
    for measurement in measurements:
        low, high = sorted(measurement.nodes)
        ways.setdefault((low, high), {}).setdefault(measurement.nodes, []).append(measurement)
    return [_fold(pair, found, slow_below) for pair, found in sorted(ways.items())]


def pairs_by_node(pairs: Iterable[PairResult]) -> dict[str, list[PairResult]]:
    found: dict[str, list[PairResult]] = {}
    for pair in pairs:
        for node in pair.nodes:
            found.setdefault(node, []).append(pair)
    return found


def _fold(
    pair: Pair, ways: Mapping[tuple[str, ...], list[Measurement]], slow_below: float
) -> PairResult:
    there, back = ways.get(pair, []), ways.get(pair[::-1], [])
    good = slow = 0
    for attempt in zip_longest(there, back):
        values = [way.value if way else None for way in attempt]
        if any(value is not None and value < slow_below for value in values):
            slow += 1
        elif None not in values:
            good += 1
    every = [*there, *back]
    known = [way.value for way in every if way.value is not None]
    problems = [way.problem for way in every if way.problem] or ["one direction gave no number"]
    missing = "" if good or slow else problems[0]
    return PairResult(pair, good, slow, min(known, default=None), missing)
