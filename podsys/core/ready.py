"""Which nodes may start a job now, and what all findings together say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from podsys.errors import ExitCode
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.status import Status

READY, FAILED, UNKNOWN = "ready", "failed", "unknown"
EXIT_CODES = {READY: ExitCode.GOOD, FAILED: ExitCode.FAILED, UNKNOWN: ExitCode.UNKNOWN}


def judge_readiness(findings: Iterable[Finding]) -> str:
    """`failed` when anything failed; `unknown` when something could not be told."""
    seen = {finding.status for finding in findings}
    if Status.FAIL in seen:
        return FAILED
    return UNKNOWN if Status.UNKNOWN in seen else READY


def find_ready(nodes: Sequence[str], findings: Iterable[Finding]) -> list[str]:
    """Nodes of which nothing that blocks has failed, and nothing is unknown."""
    stopped = {node for finding in findings if finding.stops for node in finding.nodes}
    return [node for node in nodes if node not in stopped]


def make_hostfile(ready: Sequence[str], facts: Mapping[str, NodeFacts]) -> str:
    """As mpirun reads it: a rank for each accelerator, or for each core where there is none."""
    return "".join(f"{node} slots={_slots(facts[node])}\n" for node in ready)


def _slots(facts: NodeFacts) -> int:
    for path in ("gpu.count", "cpu.cores"):
        number = facts.get(path)
        if isinstance(number, int) and number > 0:
            return number
    return 1
