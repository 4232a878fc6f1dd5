"""Findings that rest on numbers of an earlier run say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from podsys.model.finding import Finding, Measurement


def name_carried(findings: Iterable[Finding], measurements: Iterable[Measurement]) -> list[Finding]:
    """With the earlier runs named, and how many of the numbers are from them."""
    by_metric: dict[tuple[str, str], list[Measurement]] = {}
    for one in measurements:
        by_metric.setdefault((one.check, one.metric), []).append(one)
    return [_name(found, by_metric.get((found.check, found.metric), ())) for found in findings]


def _name(finding: Finding, measurements: Sequence[Measurement]) -> Finding:
    own = {*finding.nodes}
    about = [m for m in measurements if not own or not own.isdisjoint(m.nodes)]
    runs = sorted({m.carried for m in about if m.carried} | {*finding.carried})
    if not runs:
        return finding
    count = sum(bool(m.carried) for m in about)
    share = f"{count} of {len(about)} measurements" if about else "what it said"
    text = f"{share} carried over from run {', '.join(runs)}"
    evidence = f"{finding.evidence}; {text}" if finding.evidence else text
    return replace(finding, carried=tuple(runs), evidence=evidence)
