"""Values that should be alike: who is slow among them, and whether they fall into two groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, median_high

from podsys.core.judge.fleet_bound import find_bound
from podsys.model.baseline import Baseline

FEWEST = 4
FEWEST_OUTPUTS = 3
# Two groups: each at least this share of all, and apart by this share of the median and by
# several times what the values of a group differ among themselves.
LEAST_SHARE = 0.25
LEAST_DISTANCE = 0.05
TIMES_APART = 3.0


@dataclass(frozen=True, slots=True)
class Spread:
    """`bound`: below it (above it, where less is better) a value is slow. `slow`: who is."""

    usual: float
    bound: float
    slow: tuple[str, ...]


def find_slow(values: Mapping[str, float], baseline: Baseline, fewest: int) -> Spread | None:
    """None where there are too few to compare, or nothing to compare them by."""
    if len(values) < fewest:
        return None
    usual = median_high(values.values())
    bound = find_bound(values.values(), usual, baseline)
    if bound is None:
        return None
    return Spread(usual, bound, tuple(name for name, value in values.items() if value < bound))


def find_clusters(values: Sequence[float]) -> tuple[list[float], list[float]] | None:
    """The lower and the upper group, where the values fall into two that do not touch."""
    ordered = sorted(values)
    if len(ordered) < FEWEST:
        return None
    gaps = [(after - before, place) for place, (before, after) in enumerate(pairwise(ordered), 1)]
    gap, place = max(gaps)
    low, high = ordered[:place], ordered[place:]
    inner = max(low[-1] - low[0], high[-1] - high[0])
    large_enough = min(len(low), len(high)) >= LEAST_SHARE * len(ordered)
    apart = gap > LEAST_DISTANCE * median(ordered) and gap > TIMES_APART * inner
    return (low, high) if large_enough and apart else None
