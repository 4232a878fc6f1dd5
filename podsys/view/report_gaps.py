"""What a run did not measure, and why: it has its own place in the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.status import Status
from podsys.view.fold import fold_findings
from podsys.view.short import name_some

NO_REASON = "no reason was given"


def describe_gaps(findings: Iterable[Finding], facts: Mapping[str, NodeFacts]) -> dict[str, Any]:
    """As the run ended; what could not be read when the plan was made is told with the plan."""
    found = list(findings)
    unknown = fold_findings(f for f in found if f.status is Status.UNKNOWN)
    return {
        "unreachable": describe_unreachable(facts),
        "unknown": [_describe(finding) for finding in unknown],
        "skipped": describe_skips(found),
    }


def describe_unreachable(facts: Mapping[str, NodeFacts]) -> list[dict[str, str]]:
    nodes: dict[str, list[str]] = {}
    for name, found in facts.items():
        if not found.reachable:
            nodes.setdefault(found.error, []).append(name)
    return [{"nodes": name_some(names), "why": reason} for reason, names in sorted(nodes.items())]


def _describe(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "nodes": name_some(finding.nodes) or "cluster",
        "why": finding.evidence or NO_REASON,
        "remedy": finding.remedy,
    }


def describe_skips(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """One line per reason: whole families of settings do not apply for the same one."""
    checks: dict[tuple[str, str], list[str]] = {}
    for finding in fold_findings(f for f in findings if f.status is Status.SKIP):
        key = (finding.evidence or NO_REASON, name_some(finding.nodes) or "cluster")
        checks.setdefault(key, []).append(finding.check)
    return [
        {"why": why, "nodes": nodes, "checks": sorted(ids), "count": len(ids)}
        for (why, nodes), ids in sorted(checks.items(), key=lambda entry: -len(entry[1]))
    ]
