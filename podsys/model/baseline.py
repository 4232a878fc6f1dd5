"""A baseline: a bound for a measurement, with its source."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Baseline(BaseModel):
    """One entry of podsys/catalog/baselines/*.yaml.

    `floor_of_line_rate` is absolute: the share of the nominal link rate that must be
    reached. `floor_of_median` and `mads` are fleet-relative and one-sided: a value is slow
    when it lies below that share of the median AND more than `mads` robust standard
    deviations below it. `ceiling` is absolute: the value must not exceed it. `max_wrong` bounds
    wrong elements of a collective.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    unit: str
    floor_of_line_rate: float | None = None
    floor_of_median: float | None = None
    mads: float = 3.0
    max_wrong: int | None = None
    ceiling: float | None = None
    scope: str
    source: str
    date: str
    advisory: bool = False
    note: str = ""
