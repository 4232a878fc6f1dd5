"""What acceptance is going to do, level by level, before it does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from podsys.model.forecast import Forecast
from podsys.view.console import clean, out
from podsys.view.layout import align
from podsys.view.numbers import count, say_duration

LEVELS = {1: "passive", 2: "node", 3: "pairs", 4: "fabric"}
PASSIVE = "what one look at each node says"


class Planned(Protocol):
    """One check, on all of its nodes."""

    @property
    def level(self) -> int: ...
    @property
    def suite(self) -> str: ...
    @property
    def check(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def forecast(self) -> Forecast: ...


def show_accept_plan(planned: Sequence[Planned], level: int) -> None:
    """A line for each check, then what all of them take together."""
    for line in plan_lines(planned, level):
        out().print(clean(line), soft_wrap=True)


def plan_lines(planned: Sequence[Planned], level: int) -> Iterator[str]:
    rows = [("level", "check", "usually", "at most", "what")]
    rows += [("1 passive", "facts and faults", "1 s", "", PASSIVE)]
    rows += [_describe(one) for one in planned]
    yield from align(rows)
    above = [f"{number} {name}" for number, name in LEVELS.items() if number > level]
    left_out = f" (not asked for: {', '.join(above)})" if above else ""
    usual, at_most = _sum(one.forecast for one in planned)
    yield f"Measuring takes about {usual}, at most {at_most}{left_out}."


def _describe(one: Planned) -> tuple[str, str, str, str, str]:
    times = f"{count(one.count, 'time')}, one after the other" if one.count > 1 else ""
    what = "; ".join(part for part in (one.forecast.text, times) if part)
    usual, at_most = _sum([one.forecast])
    return (f"{one.level} {LEVELS.get(one.level, '')}", one.check, usual, at_most, what)


def _sum(forecasts: Iterable[Forecast]) -> tuple[str, str]:
    every = list(forecasts)
    usual, at_most = sum(one.usual_s for one in every), sum(one.at_most_s for one in every)
    return say_duration(usual), say_duration(at_most)


def accept_plan_as_json(planned: Sequence[Planned], level: int) -> dict[str, Any]:
    """Seconds are numbers; `count` is how many times a check runs."""
    checks = [
        {
            "level": one.level,
            "suite": one.suite,
            "check": one.check,
            "count": one.count,
            **asdict(one.forecast),
        }
        for one in planned
    ]
    usual = sum(one.forecast.usual_s for one in planned)
    at_most = sum(one.forecast.at_most_s for one in planned)
    return {"level": level, "usual_s": usual, "at_most_s": at_most, "checks": checks}
