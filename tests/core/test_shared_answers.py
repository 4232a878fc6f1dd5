"""What nodes share is what each of them would have been told alone."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.shared_answers import REMEMBERED, SharedAnswers
from podsys.effects.sharing import Shelf
from podsys.node.diagnose import diagnose, prepare
from podsys.node.diagnose import judge as catalog_judge
from tests.catalog import test_faults as catalog
from tests.core.test_diagnose import compile_faults, fault_text

RULES = [
    "when: len(gpu.gpus) > 2",
    "when: any(x.a == 1 for x in gpu.gpus)",
    "when: gpu.count > 2\nvalue: gpu.count\nexpected: 'not {gpu.kind}'",
    "each: gpu.gpus\nwhen: it.a == 1\nvalue: it.a",
    "each: '[x for x in gpu.gpus if x.b]'\nwhen: it.a == gpu.count",
    "each: gpu.gpus\nwhen: any(y == it.a for y in it.b)",
    "applies: known(gpu.count)\napplies_text: with a count\nwhen: gpu.count == 1",
    "when: gpu.gpus\nvalue: count(x.a for x in gpu.gpus)",
    "when: default(gpu.gpus[0].a, False)",
]
SCALARS = st.sampled_from([None, False, True, 0, 1, 1.0, "", "1", "a", float("nan")])
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.just("a"), SCALARS))
PARTS = st.dictionaries(st.sampled_from(["a", "b"]), VALUES)
GPU = st.fixed_dictionaries(
    {}, optional={"gpus": st.one_of(st.lists(PARTS, max_size=3), VALUES), "count": VALUES,
                  "kind": VALUES},
)  # fmt: skip


def diagnose_all(nodes: list[dict[str, Any]], cases: Any, context: dict[str, Any]) -> Any:
    return [diagnose(sections, cases, context) for sections in nodes]


def as_sections(facts: dict[str, Any], shelf: Shelf) -> dict[str, Any]:
    return {name: {"status": "ok", "data": shelf.share(name, data)} for name, data in facts.items()}


@given(st.lists(GPU, min_size=2, max_size=30))
def test_the_same_as_alone(facts: list[dict[str, Any]]) -> None:
    texts = [fault_text(f"f{number}", rules) for number, rules in enumerate(RULES)]
    cases = prepare(dict(fault.plain) for fault in compile_faults(*texts))
    shelf = Shelf()
    nodes = [as_sections({"gpu": gpu}, shelf) for gpu in facts]
    shared = SharedAnswers()
    assert repr(diagnose_all(nodes, cases, {"judge": shared.judge})) == repr(
        diagnose_all(nodes, cases, {})
    )


@pytest.mark.parametrize("platform", ["hgx-h100", "mi300x"])
def test_every_fault_of_the_catalog_among_healthy_nodes(platform: str) -> None:
    nodes = [catalog.break_with([fault], platform) for fault in catalog.makeable(platform)]
    nodes += [catalog.healthy_facts(platform)] * 40
    random.Random(platform).shuffle(nodes)
    shelf, shared = Shelf(), SharedAnswers()
    sections = [as_sections(facts, shelf) for facts in nodes]
    context = {"baseline": catalog.BASELINES, "options": catalog.options_of(platform)}
    alone = diagnose_all(sections, catalog.CASES, context)
    assert diagnose_all(sections, catalog.CASES, {**context, "judge": shared.judge}) == alone


def test_nodes_that_differ_in_what_does_not_count_are_judged_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = []
    monkeypatch.setattr(
        "podsys.core.shared_answers.judge",
        lambda case, names, judge=catalog_judge: judged.append(1) or judge(case, names),
    )
    (fault,) = compile_faults(fault_text("f", "each: gpu.gpus\nwhen: it.a > 5"))
    cases, shared = prepare([dict(fault.plain)]), SharedAnswers()
    for number in range(REMEMBERED * 2):
        gpu = {"gpus": [{"a": 1, "serial": number}]}
        diagnose({"gpu": {"status": "ok", "data": gpu}}, cases, {"judge": shared.judge})
    assert len(judged) < REMEMBERED / 2
