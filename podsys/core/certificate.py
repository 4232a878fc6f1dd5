"""The certificate: what was found, by what evidence, and until when it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from podsys.core.learn import name_learnt
from podsys.core.practice import is_practice
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding, Suspect, tally_by_node
from podsys.model.spec import ClusterSpec
from podsys.model.status import SEVERITY, Status, Verdict, judge_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Everything a certificate speaks of; hashes and the time are the caller's.

    `carried`: earlier runs, and how many measurements are theirs.
    """

    spec: ClusterSpec
    level: int
    facts: Mapping[str, NodeFacts]
    findings: Sequence[Finding]
    suspects: Sequence[Suspect]
    lock_sha256: str
    evidence: Mapping[str, str]
    tool_versions: Mapping[str, str]
    carried: Mapping[str, int] = field(default_factory=dict)
    interrupted: bool = False


def make_certificate(examination: Examination, issued: datetime) -> dict[str, Any]:
    """`evidence` maps each file, relative to the certificate's folder, to its sha256."""
    nodes = judge_nodes(examination)
    counts = Counter(finding.status for finding in examination.findings)
    expires = issued + timedelta(days=examination.spec.certificate.valid_days)
    certificate: dict[str, Any] = {
        "cluster": examination.spec.cluster,
        "verdict": judge_cluster(nodes.values(), examination.findings).value,
        "level": examination.level,
        "issued": write_time(issued),
        "expires": write_time(expires),
        "lock_sha256": examination.lock_sha256,
        "nodes": {name: _describe(name, nodes[name], examination) for name in sorted(nodes)},
        "suspects": [asdict(suspect) for suspect in examination.suspects],
        "counts": {status.value: counts[status] for status in SEVERITY},
        "evidence": [
            {"file": file, "sha256": digest}
            for file, digest in sorted(examination.evidence.items())
        ],
        "tool_versions": dict(sorted(examination.tool_versions.items())),
    }
    practice = is_practice(examination.spec, examination.facts.values())
    learnt = name_learnt(examination.findings)
    certificate |= {"lab": True} if practice else {}
    certificate |= {"learnt": learnt} if learnt else {}
    certificate |= {"partial": True} if examination.interrupted else {}
    return certificate | ({"carried": dict(examination.carried)} if examination.carried else {})


def judge_nodes(examination: Examination) -> dict[str, Verdict]:
    """One verdict per node of the cluster; a node that was never seen is unknown."""
    tally = tally_by_node(examination.findings)
    return {
        name: judge_all([*tally.get(name, ()), *_unseen(examination.facts.get(name))])
        for name in dict.fromkeys([*examination.spec.nodes, *tally])
    }


def _unseen(facts: NodeFacts | None) -> list[Status]:
    return [Status.UNKNOWN] if facts is None or not facts.reachable else []


def judge_cluster(nodes: Iterable[Verdict], findings: Iterable[Finding]) -> Verdict:
    """The worst of the nodes and of the findings that name no node."""
    verdicts = {*nodes, judge_all(finding.status for finding in findings)}
    for worst in (Verdict.FAILED, Verdict.UNKNOWN):
        if worst in verdicts:
            return worst
    return Verdict.CERTIFIED


def write_time(moment: datetime) -> str:
    """UTC, to the second; a time without a zone would mean another moment elsewhere."""
    if moment.tzinfo is None:
        raise ValueError("a certificate's time needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _describe(name: str, verdict: Verdict, examination: Examination) -> dict[str, Any]:
    """Identity as measured; what was not read is null, never what somebody expected."""
    facts = examination.facts.get(name)
    return {
        "serial": (facts.get("system.serial") or None) if facts else None,
        "platform": (facts.get("system.product") or None) if facts else None,
        "verdict": verdict.value,
    }
