"""Planted faults must be found where they are, and nowhere else."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.core.locate.fabric import End
from podsys.core.pairs import PairResult, fold_pairs
from podsys.core.retests import retest_pairs
from podsys.core.suspects import Localised, find_suspects
from podsys.model.finding import Measurement
from tests.core.fleet_sim import USUAL, Fleet

SLOW_BELOW = USUAL * 0.8
SEEDS = range(8)


def solve(fleet: Fleet, max_rounds: int = 8) -> tuple[list[PairResult], Localised]:
    pairs = fold_pairs(fleet.measure_rounds(max_rounds), SLOW_BELOW)
    return pairs, find_suspects(pairs, SLOW_BELOW)


def named(found: Localised) -> list[tuple[str, str]]:
    return sorted((suspect.kind, suspect.id) for suspect in found.suspects)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [2, 3, 4, 5, 32])
def test_a_healthy_fleet_has_no_suspect(size: int, seed: int) -> None:
    _, found = solve(Fleet(size, seed))
    assert named(found) == []
    assert len(found.good_nodes) == size
    assert not found.unmeasured


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [3, 4, 5, 32])
def test_one_slow_node_and_no_other_is_named(size: int, seed: int) -> None:
    _, found = solve(Fleet(size, seed, slow_nodes={"n002": 0.3}))
    assert named(found) == [("node", "n002")]
    assert not found.unmeasured


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [4, 5, 32])
def test_two_slow_nodes(size: int, seed: int) -> None:
    _, found = solve(Fleet(size, seed, slow_nodes={"n001": 0.3, "n003": 0.5}))
    assert named(found) == [("node", "n001"), ("node", "n003")]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [3, 4, 5, 32])
def test_a_slow_link_between_good_nodes(size: int, seed: int) -> None:
    fleet = Fleet(size, seed)
    link = fold_pairs(fleet.measure_rounds(), SLOW_BELOW)[1].nodes
    fleet.slow_links = {frozenset(link): 0.2}
    _, found = solve(fleet)
    assert named(found) == [("link", "--".join(link))]
    assert found.suspects[0].confidence >= 0.5


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [5, 32])
def test_slow_node_beside_a_dead_one(size: int, seed: int) -> None:
    _, found = solve(Fleet(size, seed, slow_nodes={"n002": 0.3}, dead={"n004"}))
    assert named(found) == [("node", "n002")]
    assert list(found.unmeasured) == ["n004"]
    assert "no answer" in found.unmeasured["n004"]


@pytest.mark.parametrize("size", [3, 4, 5, 32])
def test_all_slow_alike_names_nobody(size: int) -> None:
    _, found = solve(Fleet(size, all_factor=0.3))
    assert found.uniform
    assert named(found) == []


def test_two_nodes_cannot_tell_node_from_link() -> None:
    _, found = solve(Fleet(2, slow_nodes={"n002": 0.3}))
    assert named(found) == [("link", "n001--n002")]
    (suspect,) = found.suspects
    assert suspect.confidence < 0.5
    assert "n001" in suspect.evidence
    assert "n002" in suspect.evidence


def pair(left: str, right: str, state: str) -> PairResult:
    values = {"good": (USUAL,), "slow": (1.0,), "mixed": (USUAL, 1.0), "missing": ()}[state]
    slow = values.count(1.0)
    ends = ((left, ""), (right, ""))
    return PairResult(ends, values, slow, min(values, default=None), "no answer")


def as_nodes(ends: tuple[End, End]) -> tuple[str, str]:
    return ends[0][0], ends[1][0]


def test_who_met_only_bad_nodes_is_not_blamed_but_unmeasured() -> None:
    pairs = [
        pair("a", "c", "slow"),
        pair("b", "c", "slow"),
        pair("a", "d", "slow"),
        pair("b", "e", "slow"),
        pair("d", "e", "good"),
    ]
    found = find_suspects(pairs, SLOW_BELOW)
    assert named(found) == [("node", "a"), ("node", "b")]
    assert list(found.unmeasured) == ["c"]
    again = [as_nodes(ends) for ends in retest_pairs(pairs, found)]
    assert ("c", "d") in again
    assert ("c", "e") in again


def test_a_pair_without_number_between_measured_nodes_is_kept_apart() -> None:
    pairs = [pair("a", "b", "missing"), pair("a", "c", "good"), pair("b", "c", "good")]
    found = find_suspects(pairs, SLOW_BELOW)
    assert [missing.nodes for missing in found.unmeasured_pairs] == [("a", "b")]
    assert not found.unmeasured
    assert not found.suspects
    assert [as_nodes(ends) for ends in retest_pairs(pairs, found)] == [("a", "b")]


def test_nothing_measured_is_unmeasured_not_slow() -> None:
    _, found = solve(Fleet(4, dead={"n001", "n002", "n003", "n004"}))
    assert not found.suspects
    assert len(found.unmeasured) == 4


def test_more_witnesses_make_it_surer() -> None:
    def confidence(size: int) -> float:
        return solve(Fleet(size, slow_nodes={"n002": 0.3}))[1].suspects[0].confidence

    assert confidence(3) < confidence(4) < confidence(32) < 1


def repeat(values: list[float | None]) -> PairResult:
    found = [
        Measurement("c", "m", way, value, "Gbit/s")
        for value in values
        for way in (("a", "b"), ("b", "a"))
    ]
    return fold_pairs(found, SLOW_BELOW)[0]


def test_repeats_decide_by_majority_and_a_tie_is_mixed() -> None:
    assert repeat([1.0, 9.0]).state == "mixed"
    assert repeat([1.0, 9.0, 1.0]).state == "slow"
    assert repeat([1.0, 9.0, 9.0]).state == "mixed"
    assert repeat([None, 9.0]).state == "good"
    assert repeat([None, None]).state == "missing"


def test_one_slow_direction_makes_the_pair_slow() -> None:
    ways = [
        Measurement("c", "m", ("a", "b"), 9.0, "Gbit/s"),
        Measurement("c", "m", ("b", "a"), 1.0, "Gbit/s"),
    ]
    assert fold_pairs(ways, SLOW_BELOW)[0].state == "slow"
    half = [ways[0], Measurement("c", "m", ("b", "a"), None, "Gbit/s", problem="cut")]
    assert fold_pairs(half, SLOW_BELOW)[0].state == "missing"


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(min_value=12, max_value=60),
    seed=st.integers(min_value=0, max_value=10_000),
    bad=st.integers(min_value=0, max_value=3),
)
def test_few_rounds_and_one_retest_find_a_few_slow_nodes(size: int, seed: int, bad: int) -> None:
    fleet = Fleet(size, seed)
    planted = fleet.random.sample(fleet.nodes, bad)
    fleet.slow_nodes = dict.fromkeys(planted, 0.4)
    first = fleet.measure_rounds(8)
    pairs = fold_pairs(first, SLOW_BELOW)
    again = fleet.measure(map(as_nodes, retest_pairs(pairs, find_suspects(pairs, SLOW_BELOW))))
    found = find_suspects(fold_pairs([*first, *again], SLOW_BELOW), SLOW_BELOW)
    assert named(found) == sorted(("node", name) for name in planted)
    assert not found.unmeasured


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(list(combinations("abcdef", 2))),
        st.sampled_from(["good", "slow", "mixed", "missing"]),
        min_size=1,
    )
)
def test_whatever_was_seen_nobody_good_is_blamed_and_nothing_slow_is_lost(
    states: dict[tuple[str, str], str],
) -> None:
    pairs = [pair(*nodes, state) for nodes, state in states.items()]
    found = find_suspects(pairs, SLOW_BELOW)
    bad = {suspect.id for suspect in found.suspects if suspect.kind == "node"}
    links = {one.nodes for one in found.accused if one.suspect.kind == "link"}
    assert not bad & found.good_nodes
    assert not bad & found.unmeasured.keys()
    assert all(0 < suspect.confidence < 1 for suspect in found.suspects)
    for one in pairs:
        explained = found.uniform or bad & {*one.nodes} or one.nodes in links
        assert explained or one.state != "slow"
        silent = found.unmeasured.keys() & {*one.nodes} or one in found.unmeasured_pairs
        assert silent or one.state != "missing"


def test_two_nodes_with_two_rails_cannot_tell_node_from_link() -> None:
    ends = [(("a", rail), ("b", rail)) for rail in ("r0", "r1")]
    found = find_suspects([PairResult(both, (1.0,), 1, 1.0) for both in ends], SLOW_BELOW)
    assert not found.uniform
    assert {suspect.kind for suspect in found.suspects} == {"link"}
    assert all(suspect.confidence < 0.5 for suspect in found.suspects)
