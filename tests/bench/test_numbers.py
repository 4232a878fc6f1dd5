"""Medians: only of runs that did their work."""

from dataclasses import replace

from bench.numbers import make_table
from bench.raw import Sample

ONE = Sample("converged", 32, 1, "podsys", True, 2.0, 1.0, 50.0, 60.0)


def test_median_of_wall_times() -> None:
    walls = (1.0, 9.0, 2.0)
    samples = [replace(ONE, round=number, wall_s=wall) for number, wall in enumerate(walls)]
    found = make_table(samples)["converged", 32, "podsys"]
    assert (found.wall_s, found.fastest_s, found.slowest_s, found.runs) == (2.0, 1.0, 9.0, 3)


def test_failed_runs_are_counted_and_nothing_more() -> None:
    found = make_table([ONE, replace(ONE, ok=False, wall_s=0.1)])["converged", 32, "podsys"]
    assert (found.wall_s, found.runs, found.failed) == (2.0, 1, 1)


def test_a_tool_that_always_failed_has_no_median() -> None:
    assert make_table([replace(ONE, ok=False)]) == {}
