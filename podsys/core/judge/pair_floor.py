"""A server model's own bound for two of its nodes, beside what every fleet must reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from podsys.core.judge.bounds import Bounds, match_bounds, strictest
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement
from podsys.model.output import Figure

# Metric of pairs: that of the tool by itself, under which platforms have their bounds.
ALONE: Mapping[str, str] = {"nccl_pair_busbw": "allreduce_busbw"}


def add_platform_floor(
    measurements: Sequence[Measurement],
    baseline: Baseline | None,
    bounds: Iterable[Baseline],
    platforms: Sequence[str],
) -> Baseline | None:
    """`platforms`: names that all these nodes share. Most pairs say what all were made with."""
    figure = _usual_figure(measurements)
    if baseline is None or figure is None or not platforms:
        return baseline
    own = [one for one in bounds if one.platform in platforms and one.metric == figure.metric]
    gates = strictest(match_bounds(figure, Bounds(platforms[-1], {figure.metric: own})).gates)
    floors = [one for one in gates if one.floor is not None]
    if not floors:
        return baseline
    source = f"{floors[0].source}; {baseline.source}"
    return baseline.model_copy(update={"floor": floors[0].floor, "source": source})


def _usual_figure(measurements: Iterable[Measurement]) -> Figure | None:
    setups = Counter(
        (one.metric, one.unit, tuple(one.setup.items()))
        for one in measurements
        if one.value is not None and one.metric in ALONE
    )
    if not setups:
        return None
    (metric, unit, items), _ = setups.most_common(1)[0]
    setup = dict(items)
    size = setup.pop("bytes", None)
    return Figure(
        metric=ALONE[metric], value=None, unit=unit, size=int(size) if size else None, setup=setup
    )
