"""@pytest.mark.check(id, level, suite, remedy, measures, takes, continues): what a check says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from podsys.model.forecast import Forecast

# For a check that does not say how long it takes: one question to one node, and patience.
UNSAID = Forecast(1.0, 120.0)
# What a check that says only one number gets at most: a machine may be busy.
LEAST_LIMIT_S, TIMES_USUAL = 60.0, 4.0


@dataclass(frozen=True, slots=True)
class CheckMark:
    id: str
    level: int
    suite: str
    remedy: str
    measures: tuple[str, ...]
    takes: Forecast | Callable[[Any], Forecast]
    continues: bool

    def forecast(self, cluster: object) -> Forecast:
        """Of one run of the check; only the check itself knows what the cluster's size costs."""
        return self.takes if isinstance(self.takes, Forecast) else self.takes(cluster)


def read_mark(item: Any) -> CheckMark:
    """A test without the mark takes part too: suite from its folder, the cheapest level."""
    mark: pytest.Mark | None = item.get_closest_marker("check")
    said: dict[str, Any] = dict(mark.kwargs) if mark else {}
    suite = str(said.get("suite") or item.path.parent.name)
    name = getattr(item, "originalname", None) or item.name
    return CheckMark(
        id=str(said.get("id") or f"{suite}.{name.removeprefix('test_')}"),
        level=int(said.get("level", 1)),
        suite=suite,
        remedy=str(said.get("remedy", "")),
        measures=tuple(said.get("measures", ())),
        takes=_read_takes(said.get("takes", UNSAID)),
        continues=bool(said.get("continues", False)),
    )


def _read_takes(said: Any) -> Forecast | Callable[[Any], Forecast]:
    """A Forecast, a function of the cluster that makes one, or just the usual seconds."""
    if isinstance(said, int | float):
        return Forecast(said, max(LEAST_LIMIT_S, TIMES_USUAL * said))
    return said  # type: ignore[no-any-return]  # a check that says something else is told by pytest
