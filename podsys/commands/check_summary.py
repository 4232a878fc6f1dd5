"""What a run by hand shows at its end: numbers, findings, suspects."""

from __future__ import annotations

from typing import Any

from podsys.core.judge import ActiveVerdict
from podsys.model.finding import Measurement
from podsys.model.nodeset import fold


def show_summary(terminal: Any, verdict: ActiveVerdict) -> None:
    if verdict.measurements:
        terminal.section("measured")
        for measurement in verdict.measurements:
            terminal.write_line(_describe(measurement))
    if verdict.findings:
        terminal.section("judged")
        for finding in verdict.findings:
            value = "" if finding.value is None else f" {finding.value} {finding.unit}"
            who = fold(finding.nodes) or "cluster"
            found = f"{finding.metric}{value} {finding.evidence}".strip()
            terminal.write_line(f"{finding.status:8}{finding.check} {who}: {found}".rstrip(" :"))
    for suspect in verdict.suspects:
        sure = f"{suspect.confidence:.0%} sure"
        terminal.write_line(f"suspect {suspect.kind} {suspect.id} ({sure}): {suspect.evidence}")


def _describe(measurement: Measurement) -> str:
    """A pair is shown with its direction, more nodes as a set."""
    pair = len(measurement.nodes) == 2
    who = " -> ".join(measurement.nodes) if pair else fold(measurement.nodes)
    if measurement.value is None:
        return f"{measurement.metric} {who}: none ({measurement.problem})"
    return f"{measurement.metric} {who}: {measurement.value:.4g} {measurement.unit}"
