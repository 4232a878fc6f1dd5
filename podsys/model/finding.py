"""Findings, measurements and suspects: what judging yields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from podsys.model.status import Status

SuspectKind = Literal["node", "rail", "link", "switch"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number from one tool; `value` is None when the tool gave none."""

    check: str
    metric: str
    nodes: tuple[str, ...]
    value: float | None
    unit: str
    evidence: str = ""
    problem: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of results.jsonl."""

    check: str
    suite: str
    nodes: tuple[str, ...]
    status: Status
    fault: str = ""
    metric: str = ""
    value: str | float | None = None
    unit: str = ""
    expected: str = ""
    source: str = ""
    evidence: str = ""
    remedy: str = ""
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "nodes": list(self.nodes)}


@dataclass(frozen=True, slots=True)
class Suspect:
    """Where the fault most likely is. `confidence` from 0 to 1."""

    kind: SuspectKind
    id: str
    confidence: float
    evidence: str


def statuses_by_node(findings: Iterable[Finding]) -> Mapping[str, list[Status]]:
    """What counts for each node.

    A check that failed between nodes, and passed one of them alone, has found a bad link:
    that node is good.
    """
    found = list(findings)
    good = {(f.check, f.metric, *f.nodes) for f in found if f.status is Status.PASS}
    by_node: dict[str, list[Status]] = {}
    for finding in found:
        for node in finding.nodes:
            cleared = (
                finding.status is Status.FAIL and (finding.check, finding.metric, node) in good
            )
            if not cleared or len(finding.nodes) == 1:
                by_node.setdefault(node, []).append(finding.status)
    return by_node
