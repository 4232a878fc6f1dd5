"""The report as plain data for its template; every text in it may be hostile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from podsys.model.finding import Finding
from podsys.model.report import ReportData
from podsys.model.status import SEVERITY, Status, Verdict
from podsys.view.console import clean
from podsys.view.findings import describe_value, sort_findings
from podsys.view.fold import fold_findings
from podsys.view.heatmap import describe_grid, make_grids, make_styles
from podsys.view.numbers import count
from podsys.view.report_changes import describe_changes
from podsys.view.report_gaps import describe_gaps
from podsys.view.report_nodes import describe_nodes
from podsys.view.short import SHOWN, name_some


def report_context(data: ReportData) -> dict[str, Any]:
    folded = fold_findings(sort_findings(data.findings))
    lines = [_describe(finding) for finding in folded]
    context = {
        "certificate": _describe_certificate(data.certificate),
        "sentence": describe_verdict(data),
        "failing": [line for line in lines if line["status"] == Status.FAIL],
        "warnings": [line for line in lines if line["status"] == Status.WARN],
        "suspects": [_describe_suspect(suspect) for suspect in data.certificate["suspects"]],
        "nodes": describe_nodes(data),
        "shown": SHOWN,
        "statuses": [status.value for status in SEVERITY],
        "maps": _describe_maps(data),
        "heat_styles": make_styles(),
        "run": describe_changes(data.plan, data.events),
        "gaps": describe_gaps(data.findings, data.facts),
        "findings": lines,
        "finding_count": len(data.findings),
        "files": [_describe_file(entry) for entry in data.certificate["evidence"]],
        "raw_outputs": [_link(name) for name in data.raw_outputs],
    }
    return {key: _clean_all(value) for key, value in context.items()}


def _clean_all(value: Any) -> Any:
    """Without the characters that turn the direction of text round, or that HTML forbids."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean_all(inner) for inner in value]
    if isinstance(value, dict):
        return {_clean_all(key): _clean_all(inner) for key, inner in value.items()}
    return value


def _describe_certificate(certificate: Mapping[str, Any]) -> dict[str, Any]:
    counts = certificate["counts"]
    return {
        "cluster": certificate["cluster"],
        "verdict": certificate["verdict"],
        "level": certificate["level"],
        "issued": certificate["issued"],
        "expires": certificate["expires"],
        "lock_sha256": certificate["lock_sha256"],
        "lab": certificate.get("lab") is True,
        "partial": certificate.get("partial") is True,
        "carried": [
            {"run": run, "count": str(number)}
            for run, number in certificate.get("carried", {}).items()
        ],
        "counts": [{"status": s.value, "count": counts[s.value]} for s in SEVERITY],
        "tool_versions": certificate["tool_versions"],
        "learnt": list(certificate.get("learnt", [])),
    }


def describe_verdict(data: ReportData) -> str:
    """One sentence that says what the word means for these nodes."""
    verdicts = Counter(data.nodes.values())
    total, failed = len(data.nodes), verdicts[Verdict.FAILED]
    unknown = verdicts[Verdict.UNKNOWN]
    if data.certificate["verdict"] == Verdict.CERTIFIED:
        return f"{'The only node' if total == 1 else f'All {total} nodes'} passed; nothing is open."
    parts = [f"{failed} of {count(total, 'node')} failed"] if failed else []
    parts += [f"{unknown} of {count(total, 'node')} could not be judged"] if unknown else []
    return ("; ".join(parts) or "No node failed alone, the cluster as a whole did not pass") + "."


def _describe(finding: Finding) -> dict[str, str]:
    return {
        "status": finding.status.value,
        "check": finding.check,
        "suite": finding.suite,
        "nodes": name_some(finding.nodes) or "cluster",
        "found": describe_value(finding),
        "fault": finding.fault,
        "source": finding.source,
        "evidence": finding.evidence,
        "cause": finding.cause,
        "folded_under": finding.folded_under,
        "remedy": finding.remedy,
    }


def _describe_suspect(suspect: Mapping[str, Any]) -> dict[str, str]:
    return {
        "kind": suspect["kind"],
        "id": suspect["id"],
        "confidence": f"{suspect['confidence']:.0%}",
        "evidence": suspect["evidence"],
    }


def _describe_maps(data: ReportData) -> list[dict[str, Any]]:
    grids = make_grids(data.measurements, data.nodes)
    return [describe_grid(grid, _find_bound(grid.metric, data.findings)) for grid in grids]


def _find_bound(metric: str, findings: Iterable[Finding]) -> str:
    """What was expected of it, where the findings agree on that."""
    bounds = {f.expected for f in findings if f.metric == metric and f.expected}
    return bounds.pop() if len(bounds) == 1 else ""


def _describe_file(entry: Mapping[str, str]) -> dict[str, str]:
    return {**_link(entry["file"]), "sha256": entry["sha256"]}


def _link(name: str) -> dict[str, str]:
    """Below the report's folder, whatever the name says: never a script, never another host."""
    return {"name": name, "link": "./" + quote(name)}
