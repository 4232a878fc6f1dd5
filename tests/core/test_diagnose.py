"""Diagnosis: honest statuses, root causes first, and one finding for nodes that are alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.diagnose import Surroundings, diagnose_nodes
from podsys.core.faults import CompiledFault, parse_faults
from podsys.model.facts import NodeFacts, Section
from podsys.model.finding import Finding
from podsys.model.status import Status
from podsys.node.diagnose import find_roots

BASE = """\
id: {id}
title: t
status: {status}
blocks: true
order: {order}
{rules}
evidence: "{evidence}"
symptom: s
cause: the cause of {id}
remedy: the remedy of {id}
repairs: hands
explains: {explains}
source: [a book]
lab: {{none: a test}}
"""


def fault_text(
    id_: str,
    rules: str,
    evidence: str = "seen",
    order: int = 50,
    explains: str = "[]",
    status: str = "fail",
) -> str:
    return BASE.format(
        id=id_, rules=rules, evidence=evidence, order=order, explains=explains, status=status
    )


def compile_faults(*texts: str) -> list[CompiledFault]:
    by_file = {f"x/{text.split()[1]}.yaml": text for text in texts}
    faults, problems = parse_faults(by_file, ("gpu", "clock", "system", "disks", "kernel_log"))
    assert problems == []
    return faults


def node(name: str = "n1", **sections: Any) -> NodeFacts:
    return NodeFacts(
        name,
        sections={
            key: value if isinstance(value, Section) else Section("ok", value)
            for key, value in sections.items()
        },
    )


def diagnose(
    facts: list[NodeFacts],
    *texts: str,
    options: dict[str, dict[str, Any]] | None = None,
    others: list[Finding] | None = None,
    since_s: float | None = None,
) -> list[Finding]:
    surroundings = Surroundings({"clock_offset": 0.01}, options or {}, since_s)
    faults = compile_faults(*texts)
    return diagnose_nodes({one.node: one for one in facts}, faults, surroundings, others or [])


def one(findings: list[Finding], check: str) -> Finding:
    (found,) = [finding for finding in findings if finding.check == check]
    return found


HOT = fault_text(
    "hot",
    "each: gpu.gpus\nwhen: it.temp > params.limit\nparams: {limit: 90}\n"
    "value: it.temp\nunit: C\nexpected: '<= {params.limit}'",
    "GPU {it.index} has {it.temp} C",
)


def test_found_says_where_why_and_what_to_do() -> None:
    gpus = [{"index": i, "temp": 95.5 if i in (1, 2) else 40} for i in range(4)]
    found = one(diagnose([node(gpu={"gpus": gpus})], HOT), "hot")
    assert (found.status, found.fault, found.nodes) == (Status.FAIL, "hot", ("n1",))
    assert found.evidence == "GPU 1 has 95.5 C; GPU 2 has 95.5 C"
    assert (found.cause, found.remedy) == ("the cause of hot", "the remedy of hot")
    assert (found.repairs, found.blocks, found.source) == ("hands", True, "a book")
    assert (found.value, found.unit, found.expected) == (95.5, "C", "<= 90")


def test_many_of_a_kind_are_counted() -> None:
    gpus = [{"index": i, "temp": 99} for i in range(8)]
    found = one(diagnose([node(gpu={"gpus": gpus})], HOT), "hot")
    assert found.evidence.endswith("GPU 2 has 99 C; and 5 more")


@pytest.mark.parametrize(
    ("gpu", "status", "evidence"),
    [
        ({"gpus": [{"index": 0, "temp": 40}]}, "pass", "1 looked at"),
        ({"gpus": []}, "skip", "there is none here"),
        ({"gpus": [{"index": 0, "temp": None}]}, "unknown", "it.temp is not known"),
        ({"gpus": [{"index": 0}]}, "unknown", "it.temp is missing"),
        ({"gpus": [{"temp": None}, {"index": 1, "temp": 99}]}, "fail", "GPU 1 has 99 C"),
        ({"gpus": None}, "unknown", "what it looks at is not a list"),
        ({}, "unknown", "gpu.gpus is missing"),
        ({"gpus": "eight"}, "unknown", "what it looks at is not a list"),
    ],
)
def test_what_is_not_there_is_never_a_pass(gpu: Any, status: str, evidence: str) -> None:
    found = one(diagnose([node(gpu=gpu)], HOT), "hot")
    assert (found.status, found.evidence) == (status, evidence)


def test_where_it_does_not_apply_it_says_so() -> None:
    text = fault_text("absent", "applies: gpu.count > 0\napplies_text: for GPUs\nwhen: gpu.x == 1")
    found = one(diagnose([node(gpu={"count": 0})], text), "absent")
    assert (found.status, found.evidence) == (Status.SKIP, "for GPUs")


def test_a_lost_section_is_one_line_with_all_that_waits_for_it() -> None:
    cold = fault_text("cold", "when: gpu.x < 1")
    late = fault_text("late", "when: clock.offset_s > baseline.clock_offset")
    facts = node(gpu=Section("unknown", {}, "took longer than 10 s"), clock={"offset_s": 0.0})
    found = diagnose([facts], HOT, cold, late)
    root = one(found, "node.gpu")
    assert root.status is Status.UNKNOWN
    assert root.evidence == "took longer than 10 s; 2 checks wait for it"
    assert one(found, "hot").folded_under == one(found, "cold").folded_under == "node.gpu"
    assert one(found, "late").status is Status.PASS
    missing = one(diagnose([node()], late), "node.clock")
    assert missing.evidence == "the probe did not report this section; 1 check waits for it"


@pytest.mark.parametrize("option", ["fleet", "rates", "wanted", "platform", "peers"])
def test_what_is_not_there_everywhere_is_skipped_when_missing(option: str) -> None:
    text = fault_text("other", f"when: {option}.kernel != system.kernel")
    facts = node(system={"kernel": "6.1"})
    assert one(diagnose([facts], text), "other").status is Status.SKIP
    empty = {"n1": {option: {}}}
    assert one(diagnose([facts], text, options=empty), "other").status is Status.SKIP
    known = {"n1": {option: {"kernel": "6.2"}}}
    assert one(diagnose([facts], text, options=known), "other").status is Status.FAIL


def test_after_a_boot_links_get_time() -> None:
    text = fault_text("down", "boot_grace_s: 300\nwhen: gpu.x == 1")
    young = one(diagnose([node(gpu={"x": 1}, system={"uptime_s": 20.0})], text), "down")
    assert young.status is Status.UNKNOWN
    assert young.evidence == "seen; 20 s after the boot; judged from 300 s on"
    old = node(gpu={"x": 1}, system={"uptime_s": 301.0})
    assert one(diagnose([old], text), "down").status is Status.FAIL
    good = node(gpu={"x": 0}, system={"uptime_s": 20.0})
    assert one(diagnose([good], text), "down").status is Status.PASS


def test_symptoms_lie_below_their_cause_and_settings_too() -> None:
    cause = fault_text("cause", "when: gpu.x == 1", order=10, explains="[symptom, a.setting]")
    symptom = fault_text("symptom", "when: gpu.x == 1", order=20, explains="[deeper]")
    deeper = fault_text("deeper", "when: gpu.x == 1", order=30)
    drift = Finding("a.setting", "passive", ("n1", "n2"), Status.FAIL)
    facts = [node("n1", gpu={"x": 1}), node("n2", gpu={"x": 0})]
    found = diagnose(facts, cause, symptom, deeper, others=[drift])
    under = {(f.check, f.nodes): f.folded_under for f in found if f.status is Status.FAIL}
    assert under == {
        ("cause", ("n1",)): "",
        ("symptom", ("n1",)): "cause",
        ("deeper", ("n1",)): "cause",
        ("a.setting", ("n1",)): "cause",
        ("a.setting", ("n2",)): "",
    }


def test_a_lost_section_may_itself_be_a_symptom() -> None:
    cause = fault_text("cause", "when: system.x == 1", explains="[node.gpu]")
    facts = node(system={"x": 1}, gpu=Section("unknown", {}, "hung"))
    found = diagnose([facts], cause, HOT)
    assert one(found, "node.gpu").folded_under == "cause"
    assert one(found, "hot").folded_under == "cause"


def test_old_lines_of_the_kernel_log_do_not_count() -> None:
    text = fault_text("xid", "when: any(x.xid == 48 for x in kernel_log.xids)")
    log = {"xids": [{"xid": 48, "age_s": 7200}], "boot_s": 9000}
    facts = node(kernel_log=log)
    assert one(diagnose([facts], text), "xid").status is Status.FAIL
    assert one(diagnose([facts], text, since_s=3600), "xid").status is Status.PASS
    assert one(diagnose([facts], text, since_s=7200), "xid").status is Status.FAIL


def test_equal_nodes_share_a_finding_and_the_unreachable_have_none() -> None:
    facts = [node(f"n{i}", gpu={"gpus": [{"index": 0, "temp": 40}]}) for i in range(3)]
    facts += [node("n3", gpu={"gpus": [{"index": 0, "temp": 99}]}), NodeFacts("n4", "no route")]
    found = diagnose(facts, HOT)
    assert sorted((f.status.value, f.nodes) for f in found) == [
        ("fail", ("n3",)),
        ("pass", ("n0", "n1", "n2")),
    ]


IDS = st.sampled_from("abcde")


@given(st.lists(IDS, unique=True), st.dictionaries(IDS, st.lists(IDS)))
def test_folding_always_leaves_a_root(found: list[str], explains: dict[str, list[str]]) -> None:
    roots = find_roots(found, found, explains)
    assert set(roots) <= set(found)
    assert all(root in found and root not in roots for root in roots.values())
    assert not found or set(roots) < set(found)


TEXT = st.text(max_size=5)
HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["gpus", "index", "temp", "x", "uptime_s"]), inner)
    ),
    max_leaves=8,
)


@given(HOSTILE, HOSTILE)
def test_no_fact_breaks_a_diagnosis(gpu: Any, system: Any) -> None:
    grace = fault_text("grace", "boot_grace_s: 9\nwhen: gpu.x > 1", "{gpu.x} {system}")
    found = diagnose([node(gpu=gpu, system=system)], HOT, grace)
    assert {"hot", "grace"} <= {finding.check for finding in found}


def test_what_is_shared_is_judged_once_and_what_is_equal_alike() -> None:
    calls: list[str] = []

    class Noted(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            calls.append(key)
            return super().__getitem__(key)

    data = Noted(gpus=[{"index": 0, "temp": 9}])
    shared = [NodeFacts(f"n{i}", sections={"gpu": Section("ok", data)}) for i in range(5)]
    apart = node("n9", gpu={"gpus": [{"index": 0, "temp": 9}]})
    found = one(diagnose([*shared, apart], HOT), "hot")
    assert found.nodes == ("n0", "n1", "n2", "n3", "n4", "n9")
    assert calls == ["gpus"]
