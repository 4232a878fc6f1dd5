"""Splitting a failing group: every culprit found, nobody else, in few tests."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.locate.split import split_group

NAMES = [f"n{number:03}" for number in range(256)]
GOOD = [f"good{number:03}" for number in range(256)]


@given(
    size=st.integers(min_value=1, max_value=256),
    bad=st.sets(st.sampled_from(NAMES), min_size=1, max_size=4),
)
def test_culprits_and_nobody_else_in_few_tests(size: int, bad: set[str]) -> None:
    group = NAMES[:size]
    planted = bad & {*group}
    if not planted:
        planted = {group[0]}
    found = split_group(group, lambda members: not planted.isdisjoint(members), GOOD)
    assert set(found.culprits) == planted
    assert not found.together
    assert not found.untold
    assert found.steps <= ceil(log2(size)) if size > 1 else found.steps == 0
    assert found.tests <= 2 * len(planted) * max(1, ceil(log2(size)))


def test_halves_are_filled_up_to_the_size_that_failed() -> None:
    sizes = []

    def fails(members: Sequence[str]) -> bool:
        sizes.append(len(members))
        assert len(set(members)) == len(members)
        return len(members) >= 16 and "n003" in members

    found = split_group(NAMES[:16], fails, GOOD[:16])
    assert found.culprits == ("n003",)
    assert set(sizes) == {16}


def test_members_that_fail_only_together_are_named_together() -> None:
    found = split_group(NAMES[:8], lambda members: {"n001", "n006"} <= {*members}, GOOD)
    assert not found.culprits
    assert found.together == (tuple(NAMES[:8]),)


def test_a_test_that_tells_nothing_clears_nobody() -> None:
    def fails(members: Sequence[str]) -> bool | None:
        return None if "n000" in members else "n007" in members

    found = split_group(NAMES[:8], fails, GOOD)
    assert found.culprits == ("n007",)
    assert found.untold == (tuple(NAMES[:4]),)


@pytest.mark.parametrize("budget", [0, 1, 2, 5, 9])
def test_the_budget_holds_and_what_it_left_stays_suspect(budget: int) -> None:
    found = split_group(NAMES, lambda members: "n200" in members, GOOD, max_tests=budget)
    assert found.tests <= budget
    left = {member for group in found.untold for member in group}
    assert "n200" in left | {*found.culprits}
