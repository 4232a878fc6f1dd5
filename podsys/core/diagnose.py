"""Every node's facts judged by all faults; what equal nodes have in common becomes one finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from podsys.core.faults import CompiledFault
from podsys.core.judge.items import SUITE
from podsys.core.shared_answers import SharedAnswers
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.status import Status
from podsys.node.diagnose import diagnose, fold, prepare

FOUND = (Status.FAIL, Status.WARN)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside a node's own facts; each node has those options that are known.

    `options`: node -> name -> value (platform, wanted, fleet, rates, peers). `since_s` as in
    node/diagnose.
    """

    baseline: Mapping[str, float]
    options: Mapping[str, Mapping[str, Any]]
    since_s: float | None = None
    shared: SharedAnswers = field(default_factory=SharedAnswers)

    def of(self, node: str) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "options": self.options.get(node, {}),
            "since_s": self.since_s,
            "judge": self.shared.judge,
        }


def diagnose_nodes(
    facts: Mapping[str, NodeFacts],
    faults: Iterable[CompiledFault],
    surroundings: Surroundings,
    others: Sequence[Finding] = (),
) -> list[Finding]:
    """Findings of faults, and `others` (settings judged before) put below what explains them.

    Nodes that could not be reached have none of their own.
    """
    cases = prepare(dict(fault.plain) for fault in faults)
    drifted = _by_node(others)
    merged: dict[tuple[object, ...], list[str]] = {}
    roots: dict[str, Mapping[str, str]] = {}
    for node, found in facts.items():
        if not found.reachable:
            continue
        judged = diagnose(_as_plain(found), cases, surroundings.of(node))
        roots[node] = fold(judged, cases, drifted.get(node, ()))
        for finding in judged:
            merged.setdefault(tuple(finding.items()), []).append(node)
    findings = [_as_finding(dict(key), nodes) for key, nodes in merged.items()]  # type: ignore[arg-type]
    return findings + [part for other in others for part in _fold_other(other, roots)]


def _by_node(findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in findings:
        if finding.status in FOUND:
            for node in finding.nodes:
                found.setdefault(node, []).append(finding.check)
    return found


def _as_plain(facts: NodeFacts) -> dict[str, Any]:
    return {
        name: {"status": section.status, "data": section.data, "reason": section.reason}
        for name, section in facts.sections.items()
    }


def _as_finding(found: Mapping[str, Any], nodes: Sequence[str]) -> Finding:
    status = Status(found["status"])
    return Finding(
        **{**found, "status": status},
        suite=SUITE,
        nodes=tuple(nodes),
        fault=found["check"] if status in FOUND else "",
    )


def _fold_other(finding: Finding, roots: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    """Where only some of its nodes have a fault that explains it, it is two findings."""
    if finding.status not in FOUND:
        return [finding]
    nodes_of: dict[str, list[str]] = {}
    for node in finding.nodes:
        nodes_of.setdefault(roots.get(node, {}).get(finding.check, ""), []).append(node)
    return [
        replace(finding, nodes=tuple(nodes), folded_under=root) for root, nodes in nodes_of.items()
    ] or [finding]
