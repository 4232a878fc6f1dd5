"""Wrong elements: one is too many, and who is to blame is said only where other pairs tell."""

from __future__ import annotations

from podsys.core.judge.pair_wrong import METRIC, judge_wrong
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

NONE = Baseline(
    metric=METRIC, unit="elements", max_wrong=0, scope="two nodes", source="test", date="2026-01-01"
)
PAIRS = [("n1", "n2"), ("n3", "n4"), ("n1", "n3"), ("n2", "n4"), ("n1", "n4"), ("n2", "n3")]


def judge(
    wrong: dict[tuple[str, str], list[float]], baseline: Baseline | None = NONE
) -> dict[str, set[str]]:
    found = [
        Measurement("network.gpu_pairs", METRIC, pair, value, "elements")
        for pair in PAIRS
        for value in wrong.get(pair, [0.0])
    ]
    told: dict[str, set[str]] = {}
    for one in judge_wrong(found, baseline):
        told.setdefault(str(one.status), set()).update(one.nodes)
    return told


def test_nothing_wrong_passes_and_without_a_bound_it_is_unknown() -> None:
    assert judge({}) == {"pass": {"n1", "n2", "n3", "n4"}}
    assert judge({}, None) == {"unknown": {"n1", "n2", "n3", "n4"}}


def test_wrong_once_fails_both_however_often_it_was_right() -> None:
    assert judge({("n1", "n2"): [0, 3, 0]}) == {"fail": {"n1", "n2"}, "pass": {"n3", "n4"}}


def test_who_is_wrong_with_several_is_named_and_its_partners_are_not() -> None:
    wrong = {("n1", "n3"): [2.0], ("n3", "n4"): [5.0]}
    assert judge(wrong) == {"fail": {"n3"}, "pass": {"n2"}}
