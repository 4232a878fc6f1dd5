"""Outlook: what a run of checks is going to do, and how much of it is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from podsys.model.forecast import Forecast

# A check that takes longer than it usually does is as good as done, and not yet done.
NEARLY_NOTHING_S = 1.0

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """One check, on all of its nodes: `count` times, one after the other."""

    level: int
    suite: str
    check: str
    count: int
    forecast: Forecast


def read_planned(lines: Iterable[Line]) -> list[PlannedCheck]:
    """What was announced, by level and in the order in which it runs."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.get("type") == "started":
            for entry in line["planned"]:
                groups.setdefault(entry["check"], []).append(entry)
    return [_group(check, entries) for check, entries in groups.items()]


def _group(check: str, entries: Sequence[Line]) -> PlannedCheck:
    forecast = Forecast(
        sum(float(one["usual_s"]) for one in entries),
        sum(float(one["at_most_s"]) for one in entries),
        str(entries[0]["text"]),
    )
    return PlannedCheck(entries[0]["level"], entries[0]["suite"], check, len(entries), forecast)


def sum_forecasts(forecasts: Iterable[Forecast]) -> Forecast:
    every = list(forecasts)
    return Forecast(sum(one.usual_s for one in every), sum(one.at_most_s for one in every))


@dataclass
class Outlook:
    """Fed with the lines of a run as they come; times are seconds of any one clock.

    `waiting`: for each check the seconds that it usually still takes, one entry each time it runs.
    """

    waiting: dict[str, list[float]] = field(default_factory=dict)
    at_work: str = ""
    began: float = 0.0
    since: float = 0.0
    said: tuple[float, float] | None = None

    def take(self, line: Line, now: float) -> None:
        match line.get("type"):
            case "started":
                self.began = self.since = now
                for entry in line["planned"]:
                    self.waiting.setdefault(entry["check"], []).append(float(entry["usual_s"]))
            case "begins":
                self.at_work, self.since, self.said = str(line["check"]), now, None
            case "left":
                self.said = float(line["left_s"]), now
            case "outcome":
                if self.waiting.get(line["check"]):
                    self.waiting[line["check"]].pop()
                self.since, self.said = now, None

    def left_s(self, now: float) -> float:
        """Seconds until all is measured, as far as anybody can tell."""
        here = self.waiting.get(self.at_work, [])
        later = sum(sum(times) for check, times in self.waiting.items() if check != self.at_work)
        if not here:
            return later
        if self.said:
            seconds, at = self.said
            return later + max(NEARLY_NOTHING_S, seconds - (now - at))
        first = max(NEARLY_NOTHING_S, here[0] - (now - self.since))
        return later + sum(here[1:]) + first

    def share_done(self, now: float) -> float:
        """From 0 to 1."""
        spent, left = now - self.began, self.left_s(now)
        return spent / (spent + left) if self.began and spent + left > 0 else 0.0
