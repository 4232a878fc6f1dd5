"""Measure: the active checks on the nodes that answer, and their judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from podsys.commands.context import Context
from podsys.core.judge.lines import judge_lines
from podsys.core.line_rate import find_line_rate
from podsys.core.parsers import prove
from podsys.core.rounds import share_rounds
from podsys.core.topology import fabric_of
from podsys.effects.content import content_root
from podsys.effects.suites import SuiteRun, run_suites
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.spec import Accept

FINDINGS_FILE = "measurements.jsonl"
# Time that is not measuring: starting tools, retests, the collective, checks of services.
OVERHEAD_PER_ROUND_S = 20.0
OVERHEAD_S = 300.0
# Checks of services ask one node after the other.
OVERHEAD_PER_NODE_S = 3.0


@dataclass(slots=True)
class Measured:
    """What the active checks gave; `raw_files` lie in the run's folder and are evidence."""

    findings: list[Finding] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    raw_files: list[str] = field(default_factory=list)


def measure(context: Context) -> Measured:
    """Nodes that do not answer, or could not be changed, are left out and stay unknown."""
    nodes = [n for n, f in context.facts.items() if f.reachable and n not in _failed(context)]
    if not nodes:
        return Measured()
    prove()
    spec, catalog = context.cluster.spec, context.cluster.catalog
    rate = find_line_rate(spec, context.facts)
    run = SuiteRun(
        paths=_check_folders(context),
        workspace=context.cluster.workspace.root,
        nodes=nodes,
        level=context.level,
        findings_file=context.run / FINDINGS_FILE,
        timeout_s=time_limit(spec.accept, nodes),
        line_rate_gbps=rate,
    )
    context.watch.stage("measure")
    lines = run_suites(run, context.watch.say, context.stop.is_set)
    verdict = judge_lines(lines, catalog.baselines, rate, nodes, fabric_of(spec), catalog.bounds)
    raw = _raw_files(context.run)
    return Measured(verdict.findings, verdict.suspects, verdict.measurements, raw)


def time_limit(accept: Accept, nodes: Sequence[str]) -> float:
    """Seconds after which a suite that is still running has hung."""
    rounds = sum(share_rounds(len(nodes), accept.max_rounds))
    fixed = OVERHEAD_S + OVERHEAD_PER_NODE_S * len(nodes)
    return fixed + rounds * (accept.seconds_per_pair + OVERHEAD_PER_ROUND_S)


def _failed(context: Context) -> set[str]:
    return set(context.applied.failed)


def _check_folders(context: Context) -> list[Path]:
    """What podsys ships, and what the site put into its workspace."""
    own = context.cluster.workspace.root / "checks"
    return [content_root() / "checks", *([own] if own.is_dir() else [])]


def _raw_files(run: Path) -> list[str]:
    found = [path for path in sorted((run / "raw").glob("*")) if path.is_file()]
    lines = run / FINDINGS_FILE
    names = [lines, *found] if lines.is_file() else found
    return [path.relative_to(run).as_posix() for path in names]
