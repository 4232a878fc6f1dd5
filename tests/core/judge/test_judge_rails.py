"""Rails and switches judged: the node of a bad rail fails, and all nodes of a bad leaf."""

from __future__ import annotations

import random

from podsys.core.judge import judge_pairs
from podsys.core.judge.pairs import PairVerdict
from podsys.core.locate.fabric import EndPair, Fabric, Part
from podsys.core.rounds import over_rails, plan_rounds
from podsys.model.finding import Measurement
from podsys.model.status import Status
from tests.core.fleet_sim import BASELINE, LINE_RATE, USUAL

NAMES = [f"n{number:03}" for number in range(64)]
FABRIC = Fabric({(name, ""): f"leaf{int(name[1:]) // 8}" for name in NAMES})
LEAVES = {name: leaf for (name, _), leaf in FABRIC.leaves.items()}


def judge(*faults: Part) -> PairVerdict:
    chance = random.Random(1)
    measurements = []
    for pairs in plan_rounds(NAMES, 8, LEAVES):
        for ends in over_rails(pairs, ["mlx5_0", "mlx5_1"]):
            slow = not {*faults}.isdisjoint(FABRIC.parts(ends))
            measurements += measure(ends, (0.8 if slow else 1) * chance.gauss(1, 0.02))
    return judge_pairs(measurements, BASELINE, LINE_RATE, NAMES, fabric=FABRIC)


def measure(ends: EndPair, factor: float) -> list[Measurement]:
    nodes, rails = (ends[0][0], ends[1][0]), (ends[0][1], ends[1][1])
    common = ("network.pairs", "tcp_pair_bw")
    return [
        Measurement(*common, nodes[::way], USUAL * factor, "Gbit/s", rails=rails[::way])
        for way in (1, -1)
    ]


def failed(verdict: PairVerdict) -> set[str]:
    return {n for f in verdict.findings if f.status is Status.FAIL for n in f.nodes}


def test_one_bad_rail() -> None:
    verdict = judge(Part("rail", "n010/mlx5_1"))
    assert [(s.kind, s.id) for s in verdict.suspects] == [("rail", "n010/mlx5_1")]
    assert failed(verdict) == {"n010"}
    assert not [f for f in verdict.findings if f.status is Status.PASS and f.nodes == ("n010",)]
    (finding,) = [f for f in verdict.findings if f.status is Status.FAIL]
    assert finding.evidence.startswith("rail n010/mlx5_1: 8 of 8 measurements are slow")


def test_both_rails_bad_is_the_node() -> None:
    verdict = judge(Part("node", "n010"))
    assert [(s.kind, s.id) for s in verdict.suspects] == [("node", "n010")]


def test_a_bad_leaf_fails_all_its_nodes_and_is_one_suspect() -> None:
    verdict = judge(Part("switch", "leaf3"))
    assert [(s.kind, s.id) for s in verdict.suspects] == [("switch", "leaf3")]
    assert failed(verdict) == {name for name in NAMES if LEAVES[name] == "leaf3"}


def test_a_leaf_slow_only_towards_others_is_told_apart() -> None:
    (suspect,) = judge(Part("switch", "leaf3", across=True)).suspects
    assert (suspect.kind, suspect.id) == ("switch", "leaf3")
    assert "only those that leave the switch" in suspect.evidence
