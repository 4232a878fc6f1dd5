"""One run: what it works on, and what it has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

from podsys.commands.common import Cluster
from podsys.commands.desired import Desired
from podsys.effects.journal import Journal, find_interrupted
from podsys.effects.ssh import Fleet
from podsys.effects.workspace import Workspace, new_run
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.plan import Plan
from podsys.view.progress import Progress


@dataclass(slots=True)
class Applied:
    """What was done; `failed` maps nodes to the reason, `stopped` says why not all was done.
    `unbuilt` are parts that nodes go without, as findings."""

    failed: dict[str, str] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    stopped: str = ""
    unbuilt: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """Handed from stage to stage; `facts` and `desired` are renewed after changes.

    `resume`: measurements of the last run are kept as far as they hold. `quiet`: for --json.
    """

    cluster: Cluster
    fleet: Fleet
    facts: dict[str, NodeFacts]
    desired: Desired
    run: Path
    journal: Journal
    watch: Progress
    stop: Flag
    level: int
    plan: Plan = field(default_factory=Plan)
    applied: Applied = field(default_factory=Applied)
    resume: bool = False
    quiet: bool = False


def begin_run(
    workspace: Workspace, plan: Plan, watch: Progress, *, resume: bool | None = None
) -> tuple[Path, Journal]:
    """A folder and a journal; says so when the run before was cut off.

    `resume` None: a deploy, which always goes on from what it finds on the machines.
    """
    interrupted = find_interrupted(workspace.runs)
    if interrupted and resume is None:
        watch.say(f"continues the run {interrupted.name}, which was interrupted")
    elif interrupted and not resume:
        hint = "all is measured anew (--resume keeps what still holds)"
        watch.say(f"the run {interrupted.name} was interrupted; {hint}")
    run = new_run(workspace, datetime.now(UTC))
    journal = Journal(run)
    journal.write(
        "started",
        continues=interrupted.name if interrupted else None,
        steps=[{"role": step.role, "nodes": list(step.nodes)} for step in plan.steps],
    )
    return run, journal
