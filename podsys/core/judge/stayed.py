"""Was every node there from the first question to the last? One that hung or died is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from podsys.core.judge.collective import CULPRIT
from podsys.model.finding import Finding, Suspect
from podsys.model.status import Status

CHECK, SUITE = "run.node_stayed", "run"
LEFT_CHECK = "run.nothing_left"
# All others answer, so it is hardly the admin's own network.
SURE, ALL_GONE = 0.95, 0.5


@dataclass(frozen=True, slots=True)
class Presence:
    """One node before and after measuring. `error`: why it does not answer any more.

    `left` are command lines of podsys's own that could not be ended.
    """

    node: str
    boot_before: str
    boot_after: str = ""
    error: str = ""
    left: tuple[str, ...] = ()

    @property
    def trouble(self) -> str:
        if self.error:
            return f"answered before measuring and does not answer any more: {self.error}"
        if self.boot_before and self.boot_after != self.boot_before:
            return "rebooted while it was measured: its boot id is another one"
        return ""


def judge_stayed(nodes: Iterable[Presence]) -> tuple[list[Finding], list[Suspect]]:
    """Those who stayed share a finding; who did not fails, and is a suspect for all that failed."""
    found = list(nodes)
    stayed = tuple(one.node for one in found if not one.trouble)
    findings = [Finding(CHECK, SUITE, stayed, Status.PASS, evidence="same boot before and after")]
    gone = [one for one in found if one.trouble]
    findings = [*(findings if stayed else []), *map(_as_finding, gone), *_judge_left(found)]
    sure = SURE if stayed else ALL_GONE
    return findings, [Suspect("node", one.node, sure, one.trouble) for one in gone]


def fold_absent(findings: Iterable[Finding], stayed: Iterable[Finding]) -> list[Finding]:
    """What could not be measured of a node that is gone follows from that."""
    failed = [one for one in stayed if one.check == CHECK and one.status is Status.FAIL]
    gone = {node for one in failed for node in one.nodes}
    return [
        replace(one, folded_under=CHECK)
        if one.nodes and gone.issuperset(one.nodes) and _follows(one)
        else one
        for one in findings
    ]


def _follows(finding: Finding) -> bool:
    return finding.status is Status.UNKNOWN or finding.metric == CULPRIT


def _as_finding(one: Presence) -> Finding:
    return Finding(
        CHECK, SUITE, (one.node,), Status.FAIL,
        evidence=one.trouble,
        remedy=f"look at its console and BMC: a hang, a crash or its power; then `ssh {one.node}`",
        repairs="hands",
        order=0,
    )  # fmt: skip


def _judge_left(found: Iterable[Presence]) -> Iterator[Finding]:
    for one in found:
        if one.left:
            evidence = f"still running and cannot be ended: {'; '.join(one.left)}"
            yield Finding(LEFT_CHECK, SUITE, (one.node,), Status.FAIL, evidence=evidence)


def merge_suspects(first: Iterable[Suspect], others: Iterable[Suspect]) -> list[Suspect]:
    """One entry for each part; what `first` says of it stands, with the other's evidence behind."""
    merged: dict[tuple[str, str], Suspect] = {}
    for one in (*first, *others):
        known = merged.get((one.kind, one.id))
        text = f"{known.evidence}; {one.evidence}" if known else one.evidence
        sure = max(known.confidence if known else 0.0, one.confidence)
        merged[one.kind, one.id] = Suspect(one.kind, one.id, sure, text)
    return sorted(merged.values(), key=lambda one: (-one.confidence, one.kind, one.id))
