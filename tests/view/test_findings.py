"""Findings as lines, as JSON, folded, and on the screen."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podsys.model.finding import Finding, Suspect
from podsys.model.status import SEVERITY, Status, Verdict
from podsys.view.findings import KEYS, as_json, describe_value, results_lines
from podsys.view.fold import fold_findings
from podsys.view.show_findings import show_findings

BASE = Finding("vm.swappiness", "passive", ("n1",), Status.PASS, value="1", expected="1")
findings = st.builds(
    Finding,
    check=st.text(max_size=8),
    suite=st.sampled_from(["passive", "network"]),
    nodes=st.lists(st.sampled_from(["n1", "n2", "n3"]), unique=True, max_size=3).map(tuple),
    status=st.sampled_from(list(Status)),
    value=st.none() | st.text(max_size=5) | st.floats(),
    evidence=st.text(max_size=8),
)


def test_a_line_has_exactly_the_documented_keys_in_order() -> None:
    line = next(results_lines([BASE]))
    documented = (
        "check fault suite nodes status metric value unit expected source evidence remedy seconds"
        " cause repairs blocks folded_under"
    )
    assert " ".join(json.loads(line)) == documented


@settings(deadline=None)
@given(st.lists(findings, max_size=6))
def test_every_finding_is_one_strict_json_line(found: list[Finding]) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    lines = list(results_lines(found))
    assert len(lines) == len(found)
    assert all("\n" not in line for line in lines)
    parsed = [json.loads(line, parse_constant=refuse) for line in lines]
    ranks = [SEVERITY.index(Status(line["status"])) for line in parsed]
    assert ranks == sorted(ranks)
    assert as_json(Verdict.FAILED, found) == {"verdict": "failed", "findings": parsed}
    assert all(tuple(line) == KEYS for line in parsed)


@settings(deadline=None)
@given(st.lists(findings, max_size=6))
def test_folding_loses_no_node_and_no_status(found: list[Finding]) -> None:
    def said(some: list[Finding]) -> set[tuple[object, ...]]:
        return {(f.check, f.suite, f.status, node) for f in some for node in f.nodes or ("",)}

    folded = fold_findings(found)
    assert said(found) - said(folded) <= {(f.check, f.suite, f.status, "") for f in found}
    assert said(folded) <= said(found)
    assert {f.status for f in folded} == {f.status for f in found}


def test_equal_findings_fold_and_numbers_become_a_range() -> None:
    measured = [replace(BASE, nodes=(f"n{i}",), value=i / 1000, unit="s") for i in (1, 2, 3)]
    (one,) = fold_findings(measured)
    assert one.nodes == ("n1", "n2", "n3")
    assert describe_value(one) == "0.001 to 0.003 s, expected 1"


def test_failures_with_different_numbers_stay_apart() -> None:
    failed = [replace(BASE, status=Status.FAIL, nodes=(f"n{i}",), value=i / 10) for i in (1, 2)]
    assert len(fold_findings(failed)) == 2


def test_the_screen_shows_what_blocks_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        replace(BASE, nodes=("n1",)),
        replace(BASE, nodes=("n2",), check="odd", status=Status.WARN),
        replace(BASE, nodes=("n2",), check="lost", status=Status.UNKNOWN, evidence="\x1btimed out"),
        replace(BASE, nodes=("n3",), check="slow", status=Status.FAIL, remedy="[b]cable[/b]"),
    ]
    show_findings(Verdict.FAILED, found, [Suspect("node", "n3", 0.97, "all pairs slow")])
    said = capsys.readouterr().out
    order = ["FAILED", "suspect node n3 (97%)", "fail    slow", "unknown lost", "warn    odd"]
    assert [said.index(text) for text in order] == sorted(said.index(text) for text in order)
    assert "→ [b]cable[/b]" in said
    assert "\x1b" not in said
    assert said.splitlines()[-3:] == [
        "failed     1     0        0     0     0     n3",
        "unknown    0     1        1     0     0     n2",
        "certified  0     0        0     1     0     n1",
    ]
