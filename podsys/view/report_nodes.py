"""The nodes of a report, the worst first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from podsys.model.finding import tally_by_node
from podsys.model.report import ReportData
from podsys.model.status import SEVERITY, Status, Verdict

WORST_FIRST = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.CERTIFIED)


def describe_nodes(data: ReportData) -> list[dict[str, Any]]:
    tally = tally_by_node(data.findings)
    names = sorted(data.nodes, key=lambda name: (WORST_FIRST.index(data.nodes[name]), name))
    return [_describe(name, data, tally.get(name, Counter())) for name in names]


def _describe(name: str, data: ReportData, counts: Counter[Status]) -> dict[str, Any]:
    certified = data.certificate["nodes"].get(name, {})
    facts = data.facts.get(name)
    kernel = facts.get("system.kernel") if facts else None
    return {
        "name": name,
        "serial": str(certified.get("serial") or "not read"),
        "platform": str(certified.get("platform") or "not read"),
        "kernel": str(kernel or "not read"),
        "verdict": data.nodes[name].value,
        "counts": [{"status": s.value, "count": counts[s]} for s in SEVERITY],
    }
