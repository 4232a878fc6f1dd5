"""Rounds: disjoint, never a pair twice, complete when they fit, spread when they do not."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.rounds import pack_rounds, plan_rounds

SIZES = st.integers(min_value=2, max_value=200)


def names(count: int) -> list[str]:
    return [f"n{number:03}" for number in range(count)]


@given(SIZES, st.integers(min_value=1, max_value=220))
def test_rounds_are_disjoint_and_never_repeat_a_pair(count: int, max_rounds: int) -> None:
    rounds = plan_rounds(names(count), max_rounds)
    assert 1 <= len(rounds) <= max_rounds
    for pairs in rounds:
        busy = [name for pair in pairs for name in pair]
        assert len(busy) == len(set(busy))
        assert len(pairs) == count // 2
    every = [frozenset(pair) for pairs in rounds for pair in pairs]
    assert len(every) == len(set(every))


@given(SIZES)
def test_every_pair_is_met_when_the_rounds_suffice(count: int) -> None:
    rounds = plan_rounds(names(count), count)
    met = {frozenset(pair) for pairs in rounds for pair in pairs}
    assert met == {frozenset(pair) for pair in combinations(names(count), 2)}
    assert len(rounds) == (count - 1 if count % 2 == 0 else count)


@pytest.mark.parametrize(("count", "max_rounds"), [(64, 8), (100, 8), (199, 8), (200, 6)])
def test_few_rounds_reach_near_and_far(count: int, max_rounds: int) -> None:
    """Each node meets somebody near and somebody far; partners do not cluster.

    Sums stray from even spacing by half a step at most, and one node rests in a round.
    """
    nodes = names(count)
    reach = 3 * count // (2 * max_rounds) + 2
    distances: dict[str, list[int]] = {name: [] for name in nodes}
    for pairs in plan_rounds(nodes, max_rounds):
        for left, right in pairs:
            apart = abs(nodes.index(left) - nodes.index(right))
            for name in (left, right):
                distances[name].append(min(apart, count - apart))
    ordinary = [found for name, found in distances.items() if name != nodes[-1]]
    assert all(min(found) <= reach for found in ordinary)
    assert all(max(found) >= count // 2 - reach for found in ordinary)


@given(SIZES, st.integers(min_value=1, max_value=20))
def test_the_same_nodes_give_the_same_rounds(count: int, max_rounds: int) -> None:
    assert plan_rounds(names(count), max_rounds) == plan_rounds(names(count), max_rounds)


def test_nothing_to_pair() -> None:
    assert plan_rounds([], 8) == []
    assert plan_rounds(["n1"], 8) == []
    assert plan_rounds(["n1", "n2"], 0) == []


def test_a_name_given_twice_counts_once() -> None:
    assert plan_rounds(["a", "b", "a"], 8) == [[("a", "b")]]


@given(st.lists(st.sampled_from(list(combinations(names(9), 2))), max_size=40))
def test_packing_keeps_every_pair_and_disjointness(pairs: list[tuple[str, str]]) -> None:
    rounds = pack_rounds(pairs)
    assert sorted(pair for packed in rounds for pair in packed) == sorted(pairs)
    for packed in rounds:
        busy = [name for pair in packed for name in pair]
        assert len(busy) == len(set(busy))
