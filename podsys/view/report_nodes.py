"""The nodes of a report, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from podsys.model.finding import tally_by_node
from podsys.model.report import ReportData
from podsys.model.status import SEVERITY, Status, Verdict
from podsys.view.short import SHOWN, name_some

WORST_FIRST = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.CERTIFIED)


def describe_nodes(data: ReportData) -> list[dict[str, Any]]:
    """A line each, as long as somebody can read them; then one line for all that are alike."""
    tally = tally_by_node(data.findings)
    names = sorted(data.nodes, key=lambda name: (WORST_FIRST.index(data.nodes[name]), name))
    rows = [_describe(name, data, tally.get(name, Counter())) for name in names]
    if len(rows) <= SHOWN:
        return rows
    open_rows = [row for row in rows[:SHOWN] if row["verdict"] != Verdict.CERTIFIED]
    return open_rows + _fold(rows[len(open_rows) :])


def _fold(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The serials of the nodes of such a line stand in the certificate."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        looks = [row[key] for key in ("verdict", "counts", "platform", "kernel")]
        groups.setdefault(repr(looks), []).append(row)
    return [
        group[0]
        if len(group) == 1
        else group[0]
        | {
            "name": name_some(row["name"] for row in group),
            "serial": f"{len(group)} nodes",
            "size": len(group),
        }
        for group in groups.values()
    ]


def _describe(name: str, data: ReportData, counts: Counter[Status]) -> dict[str, Any]:
    certified = data.certificate["nodes"].get(name, {})
    facts = data.facts.get(name)
    kernel = facts.get("system.kernel") if facts else None
    return {
        "name": name,
        "size": 1,
        "serial": str(certified.get("serial") or "not read"),
        "platform": str(certified.get("platform") or "not read"),
        "kernel": str(kernel or "not read"),
        "verdict": data.nodes[name].value,
        "counts": [{"status": s.value, "count": counts[s]} for s in SEVERITY],
    }
