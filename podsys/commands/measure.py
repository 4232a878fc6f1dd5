"""Measure: the active checks on the nodes that answer, and their judgement."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from podsys.commands.context import Context
from podsys.commands.resume import CARRIED_FILE, LINES_FILE, find_kept, note_standing
from podsys.core.carry import Kept
from podsys.core.judge.lines import judge_lines
from podsys.core.judge.stayed import Presence, fold_absent, judge_stayed, merge_suspects
from podsys.core.line_rate import find_line_rate
from podsys.core.outlook import Line, Outlook, PlannedCheck, read_planned
from podsys.core.parsers import prove
from podsys.core.topology import fabric_of
from podsys.effects.content import content_root
from podsys.effects.suites import SuiteRun, run_suites
from podsys.effects.sweep import Answer, call_roll
from podsys.effects.workspace import Workspace
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.view.accept_plan import show_accept_plan

PLAN_FILE = "checks.plan.jsonl"


@dataclass(slots=True)
class Measured:
    """What the active checks gave; `raw_files` lie in the run's folder and are evidence.

    `carried` counts the measurements that are from earlier runs, by run.
    """

    findings: list[Finding] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    raw_files: list[str] = field(default_factory=list)
    carried: Mapping[str, int] = field(default_factory=dict)


def measure(context: Context) -> Measured:
    """Nodes that do not answer, or could not be changed, are left out and stay unknown."""
    nodes = [n for n, f in context.facts.items() if f.reachable and n not in _failed(context)]
    if not nodes:
        return Measured()
    prove()
    spec, catalog = context.cluster.spec, context.cluster.catalog
    folders = find_checks(context.cluster.workspace)
    standing = note_standing(context, nodes, folders)
    kept = find_kept(context, standing) if context.resume else Kept()
    _say_kept(context, kept)
    run = SuiteRun(
        paths=folders,
        workspace=context.cluster.workspace.root,
        nodes=nodes,
        level=context.level,
        findings_file=context.run / LINES_FILE,
        line_rate_gbps=find_line_rate(spec, context.facts),
        mark=secrets.token_hex(8),
        carried=context.run / CARRIED_FILE if kept.lines else None,
    )
    context.watch.stage("load the checks")
    lines = run_suites(run, Listener(context), context.stop.is_set)
    answers = call_roll(context.fleet, nodes, run.mark)
    rate, bounds = run.line_rate_gbps, catalog.bounds
    verdict = judge_lines(lines, catalog.baselines, rate, nodes, fabric_of(spec), bounds)
    stayed, gone = judge_stayed(_compare(context.facts, answers))
    return Measured(
        [*fold_absent(verdict.findings, stayed), *stayed],
        merge_suspects(gone, verdict.suspects),
        verdict.measurements,
        _raw_files(context.run),
        Counter(one.carried for one in verdict.measurements if one.carried),
    )


def plan_checks(
    workspace: Workspace, nodes: Sequence[str], level: int, scratch: Path
) -> list[PlannedCheck]:
    """What would be measured, by the checks' own account; nothing runs on any node."""
    file = scratch / PLAN_FILE
    run = SuiteRun(find_checks(workspace), workspace.root, nodes, level, file, plan_only=True)
    return read_planned(run_suites(run, lambda _: None))


def find_checks(workspace: Workspace) -> list[Path]:
    """What podsys ships, and what the site put into its workspace."""
    own = workspace.root / "checks"
    return [content_root() / "checks", *([own] if own.is_dir() else [])]


class Listener:
    """Turns the lines of a run, as they are written, into what people see."""

    def __init__(self, context: Context) -> None:
        self._watch, self._context = context.watch, context
        self._outlook = Outlook()

    def __call__(self, lines: Iterable[Line]) -> None:
        now = time.monotonic()
        for line in lines:
            self._outlook.take(line, now)
            if line.get("type") == "started":
                self._begin(line)
            elif line.get("type") == "said":
                self._watch.say(str(line["text"]))
        if self._outlook.at_work:
            done, left = self._outlook.share_done(now), self._outlook.left_s(now)
            self._watch.left(done, left, self._outlook.at_work)

    def _begin(self, line: Line) -> None:
        self._watch.end()
        if not self._context.quiet:
            show_accept_plan(read_planned([line]), self._context.level)
        self._watch.stage("measure")


def _say_kept(context: Context, kept: Kept) -> None:
    if not context.resume:
        return
    if kept.why_not:
        about = f"nothing of run {kept.run} is kept" if kept.run else "nothing is kept"
        context.watch.say(f"{about}: {kept.why_not}; everything is measured anew")
    else:
        told = f"{kept.measurements} measurements of run {kept.run} are carried over"
        context.watch.say(f"{told}; the rest is measured anew")


def _compare(facts: Mapping[str, NodeFacts], answers: Mapping[str, Answer]) -> Iterable[Presence]:
    for node, one in answers.items():
        before = str(facts[node].get("system.boot_id") or "")
        yield Presence(node, before, one.boot_id, one.error, one.left)


def _failed(context: Context) -> set[str]:
    return set(context.applied.failed)


def _raw_files(run: Path) -> list[str]:
    found = [path for path in sorted((run / "raw").glob("*")) if path.is_file()]
    written = [run / name for name in (LINES_FILE, CARRIED_FILE, "standing.json")]
    names = [*(file for file in written if file.is_file()), *found]
    return [path.relative_to(run).as_posix() for path in names]
