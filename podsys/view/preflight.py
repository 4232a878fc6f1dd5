"""What preflight found: root causes first, and how many nodes may start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from podsys.model.finding import Finding
from podsys.model.nodeset import fold
from podsys.model.status import Status
from podsys.view.console import clean, out, print_json
from podsys.view.findings import as_json, sort_findings
from podsys.view.numbers import count
from podsys.view.show_findings import show_roots

FEW = 8  # more settings than these are counted and not listed
PRACTICE = "practice cluster: its hardware is emulated"


@dataclass(frozen=True, slots=True)
class Result:
    """`ready` are those of the `nodes` that may start."""

    verdict: str
    nodes: Sequence[str]
    ready: Sequence[str]
    findings: Sequence[Finding]
    practice: bool


def print_result(result: Result) -> None:
    document = as_json(result.verdict, result.findings) | {"ready": list(result.ready)}
    print_json(document | ({"lab": True} if result.practice else {}))


def show_result(result: Result) -> None:
    drift = [f for f in result.findings if _is_drift(f)]
    few = sum(not f.folded_under for f in drift) <= FEW
    show_roots(f for f in result.findings if few or not _is_drift(f))
    if not few:
        _show_drift(drift)
    ready = set(result.ready)
    blocked = [node for node in result.nodes if node not in ready]
    for check, nodes in _why_blocked(blocked, result.findings).items():
        out().print(clean(f"blocked: {fold(nodes)} by {check}"), style="bold red", soft_wrap=True)
    style = "bold red" if blocked else "bold green"
    line = f"{len(ready)} of {count(len(result.nodes), 'node')} may start"
    out().print(line + (f" ({PRACTICE})" if result.practice else ""), style=style, soft_wrap=True)


def _is_drift(finding: Finding) -> bool:
    """A setting, file or package that is not as wanted: `podsys deploy` makes it so."""
    return finding.status is Status.FAIL and not finding.blocks and not finding.fault


def _show_drift(findings: Sequence[Finding]) -> None:
    """Many of them are one thing to do; nodes with as many of them share a line."""
    per_node = Counter(node for finding in findings for node in finding.nodes)
    groups: dict[int, list[str]] = {}
    for node, number in per_node.items():
        groups.setdefault(number, []).append(node)
    for number, nodes in sorted(groups.items(), reverse=True):
        line = f"fail    {count(number, 'setting')} not as wanted  {fold(nodes)}"
        out().print(clean(line), style="red", soft_wrap=True)
    out().print("        → [podsys] podsys deploy --plan shows them, podsys deploy makes them so")


def _why_blocked(nodes: Sequence[str], findings: Sequence[Finding]) -> dict[str, list[str]]:
    """Each blocked node under the first thing that keeps it."""
    why: dict[str, str] = {}
    for finding in sort_findings(f for f in findings if f.stops):
        for node in finding.nodes:
            why.setdefault(node, finding.check)
    groups: dict[str, list[str]] = {}
    for node in nodes:
        groups.setdefault(why[node], []).append(node)
    return groups
