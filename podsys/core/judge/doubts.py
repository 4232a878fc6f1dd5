"""Doubts: which pairs are worth measuring again, by the same bounds as those they are judged by."""

from __future__ import annotations

from collections.abc import Sequence

from podsys.core.judge.pairs import localise
from podsys.core.judge.thresholds import find_thresholds
from podsys.core.locate.fabric import EndPair, Fabric
from podsys.core.retests import retest_pairs
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement


def find_doubts(
    measurements: Sequence[Measurement],
    baseline: Baseline | None,
    line_rate: float | None,
    fabric: Fabric | None = None,
) -> list[EndPair]:
    """Without a bound nothing is slow, and nothing in doubt."""
    if baseline is None or not measurements:
        return []
    thresholds = find_thresholds(measurements, baseline, line_rate)
    return retest_pairs(*localise(measurements, thresholds, fabric))
