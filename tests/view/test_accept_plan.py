"""What acceptance is going to do, as lines and as JSON."""

from __future__ import annotations

from podsys.core.outlook import PlannedCheck
from podsys.model.forecast import Forecast
from podsys.view.accept_plan import accept_plan_as_json, plan_lines
from podsys.view.numbers import say_duration

PLANNED = [
    PlannedCheck(2, "system", "system.answers", 4, Forecast(0.8, 43.0)),
    PlannedCheck(3, "network", "network.pairs", 1, Forecast(10.5, 141.0, "3 rounds")),
]


def test_each_check_has_its_level_its_time_and_its_limit() -> None:
    lines = list(plan_lines(PLANNED, 3))
    assert lines[1].startswith("1 passive")
    assert "4 times" in lines[2]
    assert lines[3].split()[:6] == ["3", "pairs", "network.pairs", "11", "s", "3"]
    assert lines[3].endswith("3 rounds")
    assert lines[-1] == "Measuring takes about 12 s, at most 4 min (not asked for: 4 fabric)."


def test_the_same_as_numbers() -> None:
    found = accept_plan_as_json(PLANNED, 3)
    assert (found["level"], found["usual_s"], found["at_most_s"]) == (3, 11.3, 184.0)
    assert found["checks"][1] == {
        "level": 3,
        "suite": "network",
        "check": "network.pairs",
        "count": 1,
        "usual_s": 10.5,
        "at_most_s": 141.0,
        "text": "3 rounds",
    }


def test_durations_are_rounded_up() -> None:
    assert [say_duration(s) for s in (0.2, 89.2, 91, 7199, 7200)] == [
        "1 s", "90 s", "2 min", "120 min", "2.0 h",
    ]  # fmt: skip
