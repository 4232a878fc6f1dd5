"""Faults as a site wants them."""

from __future__ import annotations

import pytest

from podsys.core.fault_choice import choose_faults
from podsys.core.faults import parse_faults
from podsys.core.spec import parse_spec
from podsys.errors import PodsysError
from podsys.model.spec import Faults
from podsys.node.diagnose import diagnose, prepare
from tests.core.test_faults import GOOD

FAULTS = parse_faults({"x/too-hot.yaml": GOOD}, ("gpu",))[0]
FACTS = {"gpu": {"status": "ok", "data": {"gpus": [{"index": 0, "temperature_c": 95}]}}}


def judge(chosen: Faults) -> tuple[str, str]:
    cases = prepare(dict(one.plain) for one in choose_faults(FAULTS, chosen))
    (found,) = diagnose(FACTS, cases, {})
    return found["status"], found["evidence"]


def test_a_disabled_fault_is_skipped_with_that_reason() -> None:
    assert judge(Faults()) == ("fail", "GPU 0 has 95 C")
    assert judge(Faults(disable=("too-hot",))) == ("skip", "disabled in cluster.yaml")


def test_another_bound() -> None:
    assert judge(Faults(override={"too-hot.limit": 99}))[0] == "pass"
    assert FAULTS[0].plain["params"] == {"limit": 90}


def test_a_bound_that_the_fault_does_not_have_is_refused() -> None:
    with pytest.raises(PodsysError, match="no bound 'limits'") as caught:
        judge(Faults(override={"too-hot.limits": 99}))
    assert "limit" in caught.value.hint


def test_unknown_faults_are_named_with_their_line() -> None:
    text = """\
cluster: x
nodes: {n1: {address: a}}
faults:
  disable: [too-hot, too-hott]
  override: {nothing.limit: 1}
"""
    _, problems = parse_spec(text, "c", faults=["too-hot"])
    assert [str(problem) for problem in problems] == [
        "c:4: unknown fault too-hott (did you mean too-hot?)",
        "c:5: unknown fault nothing (known here: too-hot)",
    ]


def test_an_unknown_platform_is_named() -> None:
    text = "cluster: x\nnodes:\n  n1: {address: a, platform: hgx-h10}\n"
    (problem,) = parse_spec(text, "c", platforms=["hgx-h100"])[1]
    assert str(problem) == "c:3: no platform hgx-h10 (did you mean hgx-h100?)"
