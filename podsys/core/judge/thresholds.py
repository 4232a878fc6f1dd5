"""Thresholds: below what a measured bandwidth is slow, absolutely and within its fleet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_high

from podsys.core.judge.fleet_bound import find_bound
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement


@dataclass(frozen=True, slots=True)
class Thresholds:
    """None where a bound could not be formed; `reference` is the fleet's usual value.

    `why` says where the absolute bound is from.
    """

    absolute: float | None
    relative: float | None
    reference: float | None
    why: str = "share of the line rate"

    @property
    def slow_below(self) -> float:
        """Both bounds hold, so the higher one decides; without any, nothing is slow."""
        known = [bound for bound in (self.absolute, self.relative) if bound is not None]
        return max(known, default=0.0)

    def describe(self, unit: str) -> str:
        parts = []
        if self.absolute is not None:
            parts.append(f">= {self.absolute:.3g} {unit} ({self.why})")
        if self.relative is not None:
            parts.append(f">= {self.relative:.3g} {unit} (fleet, usual {self.reference:.3g})")
        return " and ".join(parts)


def find_thresholds(
    measurements: Iterable[Measurement], baseline: Baseline, line_rate: float | None
) -> Thresholds:
    relative = _find_relative(measurements, baseline)
    share = None
    if baseline.floor_of_line_rate is not None and line_rate is not None:
        share = baseline.floor_of_line_rate * line_rate
    if baseline.floor is not None and baseline.floor >= (share or 0.0):
        return Thresholds(baseline.floor, *relative, "this platform")
    return Thresholds(share, *relative)


def _find_relative(
    measurements: Iterable[Measurement], baseline: Baseline
) -> tuple[float | None, float | None]:
    """The fleet's bound and its usual value.

    A slow node drags down every pair it takes part in: with four nodes that is half of all
    values, and a median over values would take them for usual. So each node counts once,
    by the median of its own pairs.
    """
    values = [(m.nodes, m.value) for m in measurements if m.value is not None]
    own: dict[str, list[float]] = {}
    for nodes, value in values:
        for node in nodes:
            own.setdefault(node, []).append(value)
    if not own or baseline.floor_of_median is None:
        return None, None
    reference = median_high(median_high(numbers) for numbers in own.values())
    return find_bound([value for _, value in values], reference, baseline), reference
