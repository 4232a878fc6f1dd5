"""Findings for people and for machines; what blocks training comes first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any

from podsys.model.finding import Finding, Suspect, tally_by_node
from podsys.model.nodeset import fold
from podsys.model.status import SEVERITY, Status, Verdict, judge_all
from podsys.view.console import clean, out
from podsys.view.fold import fold_findings
from podsys.view.layout import align
from podsys.view.numbers import format_number

KEYS = (
    "check", "fault", "suite", "nodes", "status", "metric", "value", "unit", "expected",
    "source", "evidence", "remedy", "seconds",
)  # fmt: skip
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
STYLES = {
    Status.FAIL: "red",
    Status.UNKNOWN: "yellow",
    Status.WARN: "yellow",
    Status.PASS: "green",
    Status.SKIP: "dim",
}
VERDICT_STYLES = {
    Verdict.CERTIFIED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.UNKNOWN: "bold yellow",
}
BLOCKING = (Status.FAIL, Status.UNKNOWN, Status.WARN)


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (SEVERITY.index(f.status), f.suite, f.check, f.nodes))


def as_line(finding: Finding) -> dict[str, Any]:
    """The keys of results.jsonl, in their order."""
    found = finding.as_json()
    if isinstance(finding.value, float) and not isfinite(finding.value):
        found["value"] = None  # JSON has no such number, and it was no measurement
    return {key: found[key] for key in KEYS}


def results_lines(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in sort_findings(findings):
        yield ENCODER.encode(as_line(finding))


def as_json(verdict: Verdict, findings: Iterable[Finding]) -> dict[str, Any]:
    lines = [as_line(finding) for finding in sort_findings(findings)]
    return {"verdict": verdict.value, "findings": lines}


def show_findings(
    verdict: Verdict, findings: Sequence[Finding], suspects: Sequence[Suspect] = ()
) -> None:
    """The verdict in a box, then what blocks training, then a line per node."""
    _show_verdict(verdict, findings)
    for suspect in suspects:
        text = f"suspect {suspect.kind} {suspect.id} ({suspect.confidence:.0%}): {suspect.evidence}"
        out().print(clean(text), style="bold red", soft_wrap=True)
    for finding in fold_findings(sort_findings(findings)):
        if finding.status in BLOCKING:
            show_finding(finding)
    _show_nodes(findings)


def _show_verdict(verdict: Verdict, findings: Sequence[Finding]) -> None:
    from rich.panel import Panel

    counts = Counter(finding.status for finding in findings)
    summary = "  ".join(f"{counts[status]} {status.value}" for status in SEVERITY)
    style = VERDICT_STYLES[verdict]
    out().print(Panel.fit(f"{verdict.value.upper()}   {summary}", style=style))


def show_finding(finding: Finding) -> None:
    where = fold(finding.nodes) or "cluster"
    line = f"{finding.status.value:<7} {finding.check}  {where}  {describe_value(finding)}"
    out().print(clean(line.rstrip()), style=STYLES[finding.status], soft_wrap=True)
    for label, text in (("", finding.evidence), ("→ ", finding.remedy)):
        if text:
            out().print(clean(f"        {label}{' '.join(text.split())}"), soft_wrap=True)


def describe_value(finding: Finding) -> str:
    """`60, expected 1`; nothing where nothing was measured."""
    if finding.value is None:
        return f"expected {finding.expected}" if finding.expected else ""
    value = finding.value if isinstance(finding.value, str) else format_number(finding.value)
    shown = f"{value} {finding.unit}".rstrip()
    return f"{shown}, expected {finding.expected}" if finding.expected else shown


def _show_nodes(findings: Sequence[Finding]) -> None:
    """Nodes with the same counts share a line: a healthy thousand is one."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for node, tally in tally_by_node(findings).items():
        groups.setdefault(tuple(tally[status] for status in SEVERITY), []).append(node)
    rows = [("", *(status.value for status in SEVERITY), "nodes")]
    for counts in sorted(groups, reverse=True):
        seen = [s for s, number in zip(SEVERITY, counts, strict=True) if number]
        rows.append((judge_all(seen).value, *map(str, counts), fold(groups[counts])))
    if groups:
        out().print()
        for line in align(rows):
            out().print(clean(line), soft_wrap=True)
