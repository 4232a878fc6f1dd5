"""Findings that say the same of different nodes become one line with all those nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from podsys.model.finding import Finding
from podsys.model.status import Status
from podsys.view.numbers import format_number


def fold_findings(findings: Iterable[Finding]) -> list[Finding]:
    """In the order given. Passes differ in their numbers and are still one line."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_what_it_says(finding), []).append(finding)
    return [_merge(group) for group in groups.values()]


def _what_it_says(finding: Finding) -> tuple[object, ...]:
    said = (
        finding.check, finding.suite, finding.status, finding.fault, finding.metric,
        finding.unit, finding.expected, finding.source, finding.remedy, finding.folded_under,
    )  # fmt: skip
    if finding.status is Status.PASS:
        return (*said, finding.value if isinstance(finding.value, str) else None)
    return (*said, str(finding.value), finding.evidence)


def _merge(group: Sequence[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    first = group[0]
    same_evidence = len({finding.evidence for finding in group}) == 1
    return replace(
        first,
        nodes=tuple(sorted({node for finding in group for node in finding.nodes})),
        value=_merge_values([f.value for f in group if f.value is not None]),
        evidence=first.evidence if same_evidence else "",
        seconds=max(finding.seconds for finding in group),
    )


def _merge_values(values: Sequence[str | float]) -> str | float | None:
    """A range, where numbers differ."""
    if not values or len(set(values)) == 1:
        return values[0] if values else None
    numbers = [value for value in values if not isinstance(value, str)]
    return f"{format_number(min(numbers))} to {format_number(max(numbers))}"
