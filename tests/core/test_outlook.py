"""Time left of a run of checks, told from its lines."""

from __future__ import annotations

from typing import Any

import pytest

from podsys.core.outlook import Outlook, read_planned


def entry(check: str, node: str = "", usual: float = 2.0, level: int = 2) -> dict[str, Any]:
    return {
        "check": check,
        "suite": "s",
        "nodes": [node] if node else [],
        "level": level,
        "usual_s": usual,
        "at_most_s": 10 * usual,
        "text": "",
    }


STARTED = {
    "type": "started",
    "planned": [entry("a", "n1"), entry("a", "n2"), entry("b", usual=10, level=3)],
}


def test_what_is_planned_is_summed_over_nodes() -> None:
    first, second = read_planned([STARTED])
    assert (first.check, first.count, first.forecast.usual_s) == ("a", 2, 4.0)
    assert (second.level, second.forecast.at_most_s) == (3, 100.0)


def test_time_left_shrinks_with_time_and_with_outcomes() -> None:
    outlook = Outlook()
    outlook.take(STARTED, 100.0)
    assert outlook.left_s(100.0) == 14.0
    outlook.take({"type": "begins", "check": "a"}, 100.0)
    assert outlook.left_s(101.0) == 13.0
    outlook.take({"type": "outcome", "check": "a", "nodes": ["n1"]}, 101.5)
    assert outlook.left_s(101.5) == 12.0
    outlook.take({"type": "outcome", "check": "a", "nodes": ["n2"]}, 102.0)
    outlook.take({"type": "begins", "check": "b"}, 102.0)
    assert outlook.left_s(102.0) == 10.0
    assert outlook.share_done(102.0) == pytest.approx(2 / 12)


def test_a_check_that_tells_its_own_time_is_believed() -> None:
    outlook = Outlook()
    outlook.take(STARTED, 0.0)
    outlook.take({"type": "begins", "check": "b"}, 0.0)
    outlook.take({"type": "left", "check": "b", "left_s": 30.0}, 5.0)
    assert outlook.left_s(10.0) == 4.0 + 25.0


def test_what_takes_too_long_is_never_done() -> None:
    outlook = Outlook()
    outlook.take(STARTED, 0.0)
    outlook.take({"type": "begins", "check": "b"}, 0.0)
    assert outlook.left_s(500.0) > 4.0
    assert outlook.share_done(500.0) < 1.0


def test_nothing_announced_is_nothing_left() -> None:
    assert Outlook().left_s(5.0) == 0.0
    assert Outlook().share_done(5.0) == 0.0
