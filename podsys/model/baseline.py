"""A baseline: a bound for a measurement, with its source."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

# How the source of a bound begins that `podsys accept --learn` proposed.
LEARNT = "learnt from run"


class Baseline(BaseModel):
    """One entry of podsys/catalog/baselines/*.yaml.

    `floor_of_line_rate` is absolute: the share of the nominal link rate that must be
    reached. `floor_of_median` and `mads` are fleet-relative and one-sided: a value is slow
    when it lies below that share of the median AND more than `mads` robust standard
    deviations below it. `floor` and `ceiling` are absolute, in `unit`. `max_wrong` bounds wrong
    elements of a collective. `ceiling_of_median` is fleet-relative for what should be small: a
    value is bad when it lies above so many times the median AND above `least`.

    A bound with a `platform` holds for that server model only. `when`: what the measurement must
    have been made with (nodes, gpus, transport, memory); `size_min`: bytes of a message from which
    it holds. `spec` is the data sheet's figure, in the same unit: no gate, it catches slips.
    `advisory`: the source is doubtful, so it warns and proves nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    unit: str
    floor_of_line_rate: float | None = None
    floor_of_median: float | None = None
    mads: float = 3.0
    max_wrong: int | None = None
    ceiling: float | None = None
    ceiling_of_median: float | None = None
    least: float = 0.0
    floor: float | None = None
    spec: float | None = None
    platform: str = ""
    transport: str = ""
    algorithm: str = ""
    size_min: int | None = None
    when: Mapping[str, str | int] = {}
    scope: str
    source: str
    date: str
    advisory: bool = False
    note: str = ""
