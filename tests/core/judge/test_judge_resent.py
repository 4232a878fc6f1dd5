"""Packet loss behind good bandwidth: who loses is named, and the fleet's own habit is no fault."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from podsys.core.judge.resent import explain_losses, judge_resent
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status

NODES = ("n1", "n2", "n3", "n4", "n5")
BASELINE = Baseline(
    metric="tcp_pair_resent",
    unit="%",
    ceiling_of_median=5,
    least=0.5,
    scope="",
    source="test",
    date="2026-01-01",
)
Losses = dict[frozenset[str], list[float]]


def judge(
    losses: Losses, usual: float = 0.05, seed: int = 1
) -> tuple[list[Finding], list[Suspect]]:
    """Every pair both ways; `losses` has one value an attempt for ways between these nodes."""
    chance = random.Random(seed)
    found = []
    for pair in combinations(NODES, 2):
        for value in losses.get(frozenset(pair), [usual]):
            for way in (pair, pair[::-1]):
                noisy = value * chance.uniform(0.5, 1.8)
                found.append(Measurement("network.pairs", "tcp_pair_resent", way, noisy, "%"))
    return judge_resent(found, BASELINE)


def of(node: str, value: float) -> Losses:
    return {frozenset((node, other)): [value] for other in NODES if other != node}


@pytest.mark.parametrize("usual", [0.0, 0.05, 2.0])
def test_what_is_usual_in_the_fleet_passes(usual: float) -> None:
    for seed in range(20):
        findings, suspects = judge({}, usual, seed)
        assert not suspects
        assert [(f.status, f.nodes) for f in findings] == [(Status.PASS, NODES)]


def test_a_lossy_node_is_named_and_no_other() -> None:
    for seed in range(20):
        findings, suspects = judge(of("n3", 2.0), seed=seed)
        assert [(s.kind, s.id) for s in suspects] == [("node", "n3")]
        bad = [f for f in findings if f.status is Status.FAIL]
        assert [f.nodes for f in bad] == [("n3",)]
        assert "loses packets" in bad[0].evidence
        assert "usual" in bad[0].evidence
        assert ("n3",) not in [f.nodes for f in findings if f.status is Status.PASS]


def test_a_lossy_path_between_two_good_nodes_is_a_link() -> None:
    findings, suspects = judge({frozenset(("n1", "n4")): [3.0, 3.0]})
    assert [(s.kind, s.id) for s in suspects] == [("link", "n1--n4")]
    assert "n1 sends to n4" in suspects[0].evidence
    assert {f.nodes for f in findings if f.status is Status.FAIL} == {("n1", "n4")}


def test_a_slow_node_explains_the_loss_of_a_path_that_ends_there() -> None:
    findings, suspects = judge({frozenset(("n1", "n4")): [3.0, 3.0]})
    for slow, status, left in (("n4", Status.WARN, 0), ("n2", Status.FAIL, 1)):
        told, links = explain_losses(findings, suspects, [Suspect("node", slow, 0.9, "slow")])
        (one,) = [f for f in told if f.nodes == ("n1", "n4")]
        assert (one.status, len(links)) == (status, left)
        assert ("n4 is slow" in one.evidence) == (left == 0)


def test_a_path_that_loses_at_times_is_kept_as_a_warning() -> None:
    findings, suspects = judge({frozenset(("n1", "n4")): [3.0, 0.0, 0.0]})
    assert not suspects
    (warned,) = [f for f in findings if f.status is Status.WARN]
    assert warned.nodes == ("n1", "n4")
    assert "1 of 3" in warned.evidence


def test_without_numbers_or_baseline_nothing_is_said() -> None:
    nothing = Measurement("c", "tcp_pair_resent", ("n1", "n2"), None, "%")
    assert judge_resent([nothing], BASELINE) == ([], [])
    assert judge_resent([], BASELINE) == ([], [])
    assert judge_resent([Measurement("c", "m", ("n1", "n2"), 9.0, "%")], None) == ([], [])
