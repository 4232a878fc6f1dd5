"""The pattern that ranks exchange, and the counting of what did not arrive."""

from __future__ import annotations

import runpy
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

MODULE = runpy.run_path(str(Path(__file__).parents[2] / "checks" / "network" / "exact_sums.py"))
fill, count_wrong = MODULE["fill"], MODULE["count_wrong"]


def test_one_wrong_element_anywhere_is_counted() -> None:
    expected = fill(1000, 10)
    assert count_wrong(fill(1000, 10), expected) == 0
    for place in (0, 499, 999):
        found = fill(1000, 10)
        found[place] += 1
        assert count_wrong(found, expected) == 1


def test_a_lost_or_shifted_contribution_is_seen() -> None:
    expected = fill(1000, 10)
    assert count_wrong(fill(1000, 6), expected) == 1000
    shifted = expected[1:] + expected[:1]
    assert count_wrong(shifted, expected) > 900


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_a_part_is_that_part_of_the_whole(start: int, count: int) -> None:
    assert fill(count, 3, start) == fill(start + count, 3)[start:]


@given(st.integers(min_value=1, max_value=3000), st.integers(min_value=1, max_value=100_000))
def test_sums_stay_exact_for_any_number_of_ranks(count: int, ranks: int) -> None:
    whole = fill(count, ranks * (ranks + 1) // 2)
    assert len(whole) == count
    assert max(whole) < 2**53
