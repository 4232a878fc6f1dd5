"""Judged outputs for people and for machines: measured beside bound, with its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from podsys.model.finding import Finding
from podsys.model.output import Figure
from podsys.model.status import SEVERITY, Verdict
from podsys.view.console import clean, out
from podsys.view.findings import as_line, describe_value, sort_findings
from podsys.view.show_findings import STYLES, VERDICT_STYLES

# A log is judged, not certified.
WORDS = {Verdict.CERTIFIED: "pass", Verdict.FAILED: "fail", Verdict.UNKNOWN: "unknown"}


class Judged(Protocol):
    name: str
    figure: Figure
    finding: Finding


class Result(Protocol):
    @property
    def findings(self) -> list[Finding]: ...
    @property
    def figures(self) -> Sequence[Judged]: ...


def judged_as_json(verdict: Verdict, result: Result) -> dict[str, Any]:
    return {
        "verdict": WORDS[verdict],
        "findings": [as_line(finding) for finding in sort_findings(result.findings)],
        "measurements": [_as_measurement(one) for one in result.figures],
    }


def _as_measurement(one: Judged) -> dict[str, Any]:
    figure = one.figure
    return as_line(one.finding) | {
        "file": one.name,
        "subject": figure.subject,
        "size": figure.size,
        "wrong": figure.wrong,
        "rows": figure.rows,
        "waived": figure.waived,
        "setup": dict(figure.setup),
    }


def show_judged(verdict: Verdict, result: Result) -> None:
    """The verdict, then every finding: measured, expected, and whose bound that is."""
    counts = {s: sum(f.status is s for f in result.findings) for s in SEVERITY}
    summary = "  ".join(f"{number} {status.value}" for status, number in counts.items() if number)
    out().print(f"{WORDS[verdict].upper()}   {summary}", style=VERDICT_STYLES[verdict])
    for finding in sort_findings(result.findings):
        _show(finding)


def _show(finding: Finding) -> None:
    value = describe_value(finding)
    line = f"{finding.status.value:<7} {finding.check}  {value}"
    out().print(clean(line.rstrip()), style=STYLES[finding.status], soft_wrap=True)
    source = f"source: {finding.source}" if finding.source else ""
    for text in (finding.evidence, source):
        if text:
            out().print(clean(f"        {' '.join(text.split())}"), soft_wrap=True)
