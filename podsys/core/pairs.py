"""Pairs of nodes: what all attempts to measure one pair say together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from podsys.core.locate.fabric import EndPair, as_ends
from podsys.core.rounds import Pair
from podsys.model.finding import Measurement

PairState = Literal["good", "slow", "mixed", "missing"]


@dataclass(frozen=True, slots=True)
class PairResult:
    """`values` has one number an attempt, the worse direction's; `slow` of them are slow."""

    ends: EndPair
    values: tuple[float, ...]
    slow: int
    worst: float | None
    problem: str = ""

    @property
    def nodes(self) -> Pair:
        return self.ends[0][0], self.ends[1][0]

    @property
    def good(self) -> int:
        return len(self.values) - self.slow

    @property
    def state(self) -> PairState:
        """Repeats decide by majority; a tie is its own class and never a clean pass."""
        if not self.values:
            return "missing"
        if self.slow > self.good:
            return "slow"
        return "mixed" if self.slow else "good"

    def other(self, node: str) -> str:
        return self.nodes[1] if self.nodes[0] == node else self.nodes[0]


def fold_pairs(measurements: Iterable[Measurement], slow_below: float) -> list[PairResult]:
    """All measurements of each pair, both ways, as one result."""
    ways: dict[EndPair, dict[tuple[str, ...], list[Measurement]]] = {}
    for measurement in measurements:
        ends = as_ends(measurement.nodes, measurement.rails)
        ways.setdefault(ends, {}).setdefault(measurement.nodes, []).append(measurement)
    return [_fold(ends, found, slow_below) for ends, found in sorted(ways.items())]


def pairs_by_node(pairs: Iterable[PairResult]) -> dict[str, list[PairResult]]:
    found: dict[str, list[PairResult]] = {}
    for pair in pairs:
        for node in pair.nodes:
            found.setdefault(node, []).append(pair)
    return found


def _fold(
    ends: EndPair, ways: Mapping[tuple[str, ...], list[Measurement]], slow_below: float
) -> PairResult:
    """An attempt that is slow one way is slow; with one way missing it is not good."""
    nodes = ends[0][0], ends[1][0]
    attempts = []
    for attempt in zip_longest(ways.get(nodes, []), ways.get(nodes[::-1], [])):
        values = [way.value if way else None for way in attempt]
        known = [value for value in values if value is not None]
        if known and (len(known) == 2 or min(known) < slow_below):
            attempts.append(min(known))
    every = [way for found in ways.values() for way in found]
    known = [way.value for way in every if way.value is not None]
    problems = [way.problem for way in every if way.problem] or ["one direction gave no number"]
    slow = sum(value < slow_below for value in attempts)
    worst = min(known, default=None)
    return PairResult(ends, tuple(attempts), slow, worst, "" if attempts else problems[0])
