"""The plan's line: rounds, minutes, and what an exhaustive run would take."""

from __future__ import annotations

import pytest

from podsys.core.locate.forecast import describe_plan, say_minutes
from podsys.core.rounds import share_rounds


def test_a_large_fleet_names_both_costs_and_how_little_is_measured() -> None:
    assert describe_plan(1024, 8, 30) == (
        "5 rounds of 512 pairs at once, at most 3 of retests: 2 min to 4 min; every pair would "
        "take 1023 rounds, 8.5 h (this measures 0.5% of all pairs)"
    )


def test_a_small_one_measures_every_pair() -> None:
    assert describe_plan(4, 8, 10) == (
        "3 rounds of 2 pairs at once, at most 3 of retests: 30 s to 1 min; every pair is measured"
    )
    assert describe_plan(1, 8, 10) == "fewer than two nodes: no pair to measure"


@pytest.mark.parametrize(
    ("nodes", "allowed"), [(10, 8), (1024, 8), (1024, 1), (1024, 2), (10000, 5)]
)
def test_many_nodes_stay_within_the_rounds_allowed(nodes: int, allowed: int) -> None:
    assert sum(share_rounds(nodes, allowed)) == allowed
    assert share_rounds(nodes, allowed).planned >= 1


def test_times_for_people() -> None:
    assert [say_minutes(s) for s in (5, 90, 7199, 7200)] == ["5 s", "2 min", "120 min", "2.0 h"]
