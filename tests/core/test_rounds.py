"""Rounds: disjoint, never a pair twice, complete when they fit, spread when they do not."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.rounds import over_rails, pack_rounds, plan_rounds

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


@given(
    st.integers(min_value=2, max_value=20),
    st.integers(min_value=2, max_value=12),
    st.integers(min_value=2, max_value=8),
)
def test_with_known_leaves_the_first_round_stays_below_them(
    leaves: int, size: int, max_rounds: int
) -> None:
    nodes = names(leaves * size)
    leaf_of = {name: f"leaf{number // size}" for number, name in enumerate(nodes)}
    rounds = plan_rounds(nodes, max_rounds, leaf_of)
    every = [frozenset(pair) for pairs in rounds for pair in pairs]
    assert len(every) == len(set(every)) == len(rounds) * (len(nodes) // 2)
    near = sum(leaf_of[one] == leaf_of[other] for one, other in rounds[0])
    assert near >= leaves * (size // 2) - leaves % 2 - size % 2


@pytest.mark.parametrize("count", [256, 1024, 4096])
def test_no_two_nodes_share_two_partners(count: int) -> None:
    """Then two nodes never explain the same slow pairs of two rounds.

    All but the last one, which stands outside the circle and meets whoever is left over.
    """
    partners: dict[str, set[str]] = {}
    for pairs in plan_rounds(names(count), 8):
        for one, other in pairs:
            partners.setdefault(one, set()).add(other)
            partners.setdefault(other, set()).add(one)
    seen: set[tuple[str, str]] = set()
    last = names(count)[-1]
    partners.pop(last)
    for own in partners.values():
        both = set(combinations(sorted(own - {last}), 2))
        assert seen.isdisjoint(both)
        seen |= both


def test_rails_are_paired_like_with_like() -> None:
    assert over_rails([("b", "a")], ["r0", "r1"]) == [
        (("a", "r0"), ("b", "r0")),
        (("a", "r1"), ("b", "r1")),
    ]
    assert over_rails([("a", "b")], []) == [(("a", ""), ("b", ""))]
