"""Judging pairs: bounds together, and unknown wherever a bound or a number is missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.core.judge import judge_pairs
from podsys.core.judge.thresholds import find_thresholds
from podsys.model.finding import Measurement
from podsys.model.status import Status
from tests.core.fleet_sim import BASELINE, LINE_RATE, USUAL, Fleet


def statuses(fleet: Fleet, line_rate: float | None = LINE_RATE) -> dict[str, set[Status]]:
    verdict = judge_pairs(fleet.measure_rounds(), BASELINE, line_rate, fleet.nodes)
    found: dict[str, set[Status]] = {}
    for finding in verdict.findings:
        for node in finding.nodes:
            found.setdefault(node, set()).add(finding.status)
    return found


@pytest.mark.parametrize("size", [2, 3, 4, 5, 32])
def test_a_healthy_fleet_passes_with_value_bound_and_source(size: int) -> None:
    fleet = Fleet(size)
    verdict = judge_pairs(fleet.measure_rounds(), BASELINE, LINE_RATE, fleet.nodes)
    assert [finding.nodes for finding in verdict.findings] == [(name,) for name in fleet.nodes]
    for finding in verdict.findings:
        assert finding.status is Status.PASS
        assert isinstance(finding.value, float)
        assert finding.value == pytest.approx(USUAL, rel=0.05)
        assert "5 Gbit/s" in finding.expected
        assert finding.source == "test"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [3, 4, 5, 32])
def test_a_slow_node_above_the_floor_fails_against_its_fleet(size: int, seed: int) -> None:
    fleet = Fleet(size, seed, slow_nodes={"n002": 0.7})
    assert USUAL * 0.7 > LINE_RATE * 0.5
    found = statuses(fleet)
    assert found.pop("n002") == {Status.FAIL}
    assert set().union(*found.values()) == {Status.PASS}


@pytest.mark.parametrize("size", [2, 3, 4, 32])
def test_uniformly_slow_fails_the_floor_and_singles_nobody_out(size: int) -> None:
    fleet = Fleet(size, all_factor=0.3)
    verdict = judge_pairs(fleet.measure_rounds(), BASELINE, LINE_RATE, fleet.nodes)
    assert [s for s in verdict.suspects if s.kind == "node"] == []
    failed = [f for f in verdict.findings if f.status is Status.FAIL]
    assert set(fleet.nodes) == {node for finding in failed for node in finding.nodes}
    assert not [f for f in verdict.findings if f.status is Status.PASS]


def both(one: str, other: str, there: float | None, back: float | None) -> list[Measurement]:
    ways = (((one, other), there), ((other, one), back))
    return [
        Measurement("c", "bw", way, value, "Gbit/s", problem="" if value else "no answer")
        for way, value in ways
    ]


def test_a_pair_that_was_fast_one_way_only_clears_nobody() -> None:
    slow = 0.4 * LINE_RATE
    found = [
        *both("n1", "n2", slow, slow), *both("n1", "n3", slow, slow), *both("n2", "n3", slow, slow),
        *both("n3", "n4", USUAL, None),
    ]  # fmt: skip
    verdict = judge_pairs(found, BASELINE, LINE_RATE, ["n1", "n2", "n3", "n4"])
    assert not [one for one in verdict.findings if one.status is Status.PASS]
    failed = {n for one in verdict.findings if one.status is Status.FAIL for n in one.nodes}
    assert failed == {"n1", "n2", "n3"}


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_of_every_node_something_is_said_and_none_below_the_floor_passes(
    data: st.DataObject,
) -> None:
    nodes = [f"n{number}" for number in range(data.draw(st.integers(2, 6)))]
    values = st.sampled_from([USUAL, USUAL, 0.4 * LINE_RATE, None])
    found = [
        one
        for place, node in enumerate(nodes)
        for other in nodes[place + 1 :]
        if data.draw(st.booleans())
        for one in both(node, other, data.draw(values), data.draw(values))
    ]
    said: dict[str, set[Status]] = {}
    for finding in judge_pairs(found, BASELINE, LINE_RATE, nodes).findings:
        for node in finding.nodes:
            said.setdefault(node, set()).add(finding.status)
    assert said.keys() == {*nodes}
    for node in nodes:
        own = [one.value for one in found if node in one.nodes and one.value is not None]
        if not any(value == USUAL for value in own):
            assert Status.PASS not in said[node]


def test_the_worst_of_a_slow_fleet_is_still_found() -> None:
    fleet = Fleet(8, all_factor=0.4, slow_nodes={"n005": 0.3})
    verdict = judge_pairs(fleet.measure_rounds(), BASELINE, LINE_RATE, fleet.nodes)
    assert [(s.kind, s.id) for s in verdict.suspects] == [("node", "n005")]
    assert not [f for f in verdict.findings if f.status is Status.PASS]


def test_a_naturally_noisy_fleet_is_not_accused() -> None:
    found = statuses(Fleet(16, seed=3, noise=0.25))
    assert set().union(*found.values()) == {Status.PASS}


def test_without_line_rate_nothing_passes_but_the_slow_still_fail() -> None:
    found = statuses(Fleet(4, slow_nodes={"n003": 0.3}), line_rate=None)
    assert found.pop("n003") == {Status.FAIL}
    assert set().union(*found.values()) == {Status.UNKNOWN}


def test_without_baseline_everything_is_unknown() -> None:
    fleet = Fleet(4)
    verdict = judge_pairs(fleet.measure_rounds(), None, LINE_RATE, fleet.nodes)
    assert {finding.status for finding in verdict.findings} == {Status.UNKNOWN}
    assert {node for finding in verdict.findings for node in finding.nodes} == set(fleet.nodes)


def test_dead_and_never_paired_nodes_are_unknown() -> None:
    fleet = Fleet(4, dead={"n004"})
    measurements = fleet.measure_rounds()
    verdict = judge_pairs(measurements, BASELINE, LINE_RATE, [*fleet.nodes, "n099"])
    unknown = {f.nodes for f in verdict.findings if f.status is Status.UNKNOWN}
    assert unknown == {("n004",), ("n099",)} == {(n,) for n in verdict.unmeasured}


def test_a_slow_link_fails_for_both_ends_and_names_the_link() -> None:
    link = frozenset({"n001", "n004"})
    fleet = Fleet(4, slow_links={link: 0.2})
    verdict = judge_pairs(fleet.measure_rounds(), BASELINE, LINE_RATE, fleet.nodes)
    (failed,) = [f for f in verdict.findings if f.status is Status.FAIL]
    assert failed.nodes == ("n001", "n004")
    assert [(s.kind, s.id) for s in verdict.suspects] == [("link", "n001--n004")]


def test_a_tie_of_repeats_warns() -> None:
    fleet = Fleet(4)
    slow = [Measurement("network.pairs", "tcp_pair_bw", ("n001", "n002"), 1.0, "Gbit/s")]
    slow.append(Measurement("network.pairs", "tcp_pair_bw", ("n002", "n001"), 1.0, "Gbit/s"))
    verdict = judge_pairs([*fleet.measure_rounds(), *slow], BASELINE, LINE_RATE, fleet.nodes)
    (warned,) = [f for f in verdict.findings if f.status is Status.WARN]
    assert warned.nodes == ("n001", "n002")
    assert "intermittent" in warned.evidence


def test_nothing_measured_names_everybody_unmeasured() -> None:
    verdict = judge_pairs([], BASELINE, LINE_RATE, ["a", "b"])
    assert sorted(verdict.unmeasured) == ["a", "b"]
    assert {f.status for f in verdict.findings} == {Status.UNKNOWN}


@settings(max_examples=100, deadline=None)
@given(
    size=st.integers(min_value=2, max_value=12),
    seed=st.integers(min_value=0, max_value=999),
    slow=st.sets(st.integers(min_value=1, max_value=12), max_size=4),
    dead=st.sets(st.integers(min_value=1, max_value=12), max_size=4),
    factor=st.floats(min_value=0.0, max_value=1.0),
)
def test_every_node_is_judged_and_no_slow_or_dead_one_passes(
    size: int, seed: int, slow: set[int], dead: set[int], factor: float
) -> None:
    fleet = Fleet(size, seed)
    names = fleet.nodes
    fleet.dead = {f"n{number:03}" for number in dead} & {*names}
    fleet.slow_nodes = {f"n{number:03}": min(factor, 0.45) for number in slow}
    found = statuses(fleet)
    assert found.keys() == {*names}
    for name in names:
        if name in fleet.dead:
            assert found[name] == {Status.UNKNOWN}
        elif name in fleet.slow_nodes:
            assert Status.PASS not in found[name]


def test_the_reference_survives_that_half_of_all_values_are_slow() -> None:
    fleet = Fleet(4, slow_nodes={"n001": 0.1})
    thresholds = find_thresholds(fleet.measure_rounds(), BASELINE, LINE_RATE)
    assert thresholds.reference == pytest.approx(USUAL, rel=0.03)
    assert thresholds.absolute == pytest.approx(5.0)
