"""How far below its fleet's usual value a measurement may lie."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from podsys.core.locate.noise import MAD_TO_SIGMA
from podsys.model.baseline import Baseline


def find_bound(values: Iterable[float], usual: float, baseline: Baseline) -> float | None:
    """None where the baseline does not compare within the fleet. Median and MAD, one-sided.

    Faults only slow down, so the spread of healthy values is read above the usual one, where no
    fault can widen it.
    """
    if baseline.floor_of_median is None:
        return None
    above = [value - usual for value in values if value >= usual]
    sigma = MAD_TO_SIGMA * median(above)
    return max(min(baseline.floor_of_median * usual, usual - baseline.mads * sigma), 0.0)
