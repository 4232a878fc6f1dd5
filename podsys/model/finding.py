"""Findings, measurements and suspects: what judging yields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from podsys.model.output import Setup
from podsys.model.status import Status

SuspectKind = Literal["node", "rail", "link", "switch"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number from one tool; `value` is None when the tool gave none.

    `rails` names the NIC used on each of `nodes`, where that was chosen. `lost` are those of
    `nodes` that could not be reached for it. `carried` names the earlier run that measured it.
    `setup` holds what the number depends on and the tool tells: transport, algorithm.
    """

    check: str
    metric: str
    nodes: tuple[str, ...]
    value: float | None
    unit: str
    evidence: str = ""
    problem: str = ""
    seconds: float = 0.0
    rails: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    carried: str = ""
    setup: Setup = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of results.jsonl.

    `blocks`: where it fails, no job should start. `order`: smaller is nearer the root cause.
    `folded_under`: the check that explains this one on these nodes. `carried`: the earlier runs
    that it rests on.
    """

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
    cause: str = ""
    repairs: str = ""
    blocks: bool = True
    order: int = 50
    folded_under: str = ""
    carried: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """While this is so no job should start there: what is not known may be anything."""
        return self.status is Status.UNKNOWN or (self.blocks and self.status is Status.FAIL)

    def as_json(self) -> dict[str, Any]:
        known = {name: getattr(self, name) for name in self.__slots__}
        return known | {"nodes": list(self.nodes), "carried": list(self.carried)}


@dataclass(frozen=True, slots=True)
class Suspect:
    """Where the fault most likely is. `confidence` from 0 to 1."""

    kind: SuspectKind
    id: str
    confidence: float
    evidence: str


def tally_by_node(findings: Iterable[Finding]) -> dict[str, Counter[Status]]:
    """What counts for each node, by status.

    A check that failed between nodes, and passed one of them alone, has found a bad link:
    that node is good.
    """
    by_node: dict[str, Counter[Status]] = {}
    for nodes, counts in _tally_by_nodes(list(findings)).items():
        for node in nodes:
            if node in by_node:
                by_node[node].update(counts)
            else:
                by_node[node] = Counter(counts)
    return by_node


def _tally_by_nodes(findings: Sequence[Finding]) -> dict[tuple[str, ...], dict[Status, int]]:
    """Most findings are about the same nodes, all of them, so those are counted together."""
    good = {(f.check, f.metric, *f.nodes) for f in findings if f.status is Status.PASS}
    tally: dict[tuple[str, ...], dict[Status, int]] = {}
    for found in findings:
        nodes = found.nodes
        if found.status is Status.FAIL and len(nodes) > 1:
            nodes = tuple(n for n in nodes if (found.check, found.metric, n) not in good)
        counts = tally.setdefault(nodes, {})
        counts[found.status] = counts.get(found.status, 0) + 1
    return tally
