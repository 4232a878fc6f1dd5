"""Findings for machines: one line each; what blocks training comes first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from podsys.model.finding import Finding
from podsys.model.status import SEVERITY, Verdict
from podsys.view.numbers import format_number

KEYS = (
    "check", "fault", "suite", "nodes", "status", "metric", "value", "unit", "expected",
    "source", "evidence", "remedy", "seconds", "cause", "repairs", "blocks", "folded_under",
)  # fmt: skip
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """By what blocks training, then by status; root causes before what follows from them."""
    return sorted(findings, key=_rank)


def _rank(finding: Finding) -> tuple[object, ...]:
    return (
        not finding.stops,
        SEVERITY.index(finding.status),
        bool(finding.folded_under),
        finding.order,
        finding.suite,
        finding.check,
        finding.nodes,
    )


def as_line(finding: Finding) -> dict[str, Any]:
    """The keys of results.jsonl, in their order; `carried` only where there is something in it."""
    found = finding.as_json() | {"blocks": finding.stops}
    carried = found["carried"]
    if isinstance(finding.value, float) and not isfinite(finding.value):
        found["value"] = None  # JSON has no such number, and it was no measurement
    return {key: found[key] for key in KEYS} | ({"carried": carried} if carried else {})


def results_lines(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in sort_findings(findings):
        yield ENCODER.encode(as_line(finding))


def as_json(verdict: Verdict | str, findings: Iterable[Finding]) -> dict[str, Any]:
    lines = [as_line(finding) for finding in sort_findings(findings)]
    return {"verdict": str(verdict), "findings": lines}


def describe_value(finding: Finding) -> str:
    """`60, expected 1`; nothing where nothing was measured."""
    if finding.value is None:
        return f"expected {finding.expected}" if finding.expected else ""
    value = finding.value if isinstance(finding.value, str) else format_number(finding.value)
    shown = f"{value} {finding.unit}".rstrip()
    return f"{shown}, expected {finding.expected}" if finding.expected else shown
