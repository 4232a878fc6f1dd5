"""podsys accept: measure and judge the cluster as it is."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from podsys.commands.certify import EXIT_CODES, PASSIVE_LEVEL, certify
from podsys.commands.common import Cluster, load_cluster
from podsys.commands.context import Context, begin_run
from podsys.commands.desired import survey
from podsys.commands.interrupt import stop_flag
from podsys.commands.measure import plan_checks
from podsys.core.limit import limit_nodes
from podsys.core.outlook import PlannedCheck
from podsys.core.plan import make_plan
from podsys.effects.runlock import hold
from podsys.errors import ExitCode
from podsys.model.plan import Plan
from podsys.view.accept_plan import accept_plan_as_json, show_accept_plan
from podsys.view.console import print_json
from podsys.view.progress import progress


@dataclass(frozen=True, slots=True)
class Options:
    """`level` None: what cluster.yaml says. `resume`: keep what still holds of the last run."""

    level: int | None = None
    limit: str | None = None
    plan_only: bool = False
    resume: bool = False
    as_json: bool = False


def accept(root: Path, options: Options) -> ExitCode:
    """A certificate for what is there; what differs from cluster.yaml fails it."""
    cluster = load_cluster(root)
    chosen = limit_nodes(cluster.spec, options.limit)
    level = options.level or cluster.spec.accept.level
    if options.plan_only:
        return _show_plan(cluster, chosen, level, options.as_json)
    with (
        hold(cluster.workspace.run_lock),
        cluster.connect() as fleet,
        stop_flag() as stop,
        progress("accept", shown=not options.as_json) as watch,
    ):
        facts, desired = survey(cluster, fleet, chosen, watch)
        watch.end()
        run, journal = begin_run(cluster.workspace, Plan(), watch, resume=options.resume)
        plan = make_plan(desired.wanted, facts, desired.role_order)
        context = Context(
            cluster, fleet, facts, desired, run, journal, watch, stop,
            level=level, plan=plan, resume=options.resume, quiet=options.as_json,
        )  # fmt: skip
        verdict = certify(context, options.as_json)
        journal.write("finished", verdict=verdict.value)
        journal.close()
    return EXIT_CODES[verdict]


def _show_plan(cluster: Cluster, chosen: list[str], level: int, as_json: bool) -> ExitCode:
    """Asks no node: what the checks say that they take, on the nodes that cluster.yaml names."""
    planned = plan_measuring(cluster, chosen, level)
    if as_json:
        print_json(accept_plan_as_json(planned, level))
    else:
        show_accept_plan(planned, level)
    return ExitCode.GOOD


def plan_measuring(cluster: Cluster, chosen: list[str], level: int) -> list[PlannedCheck]:
    """Nothing above the passive level, nothing to measure."""
    ready = [node for node in chosen if cluster.spec.nodes[node].state == "ready"]
    if level <= PASSIVE_LEVEL or not ready:
        return []
    with tempfile.TemporaryDirectory(prefix="podsys-plan-") as scratch:
        return plan_checks(cluster.workspace, ready, level, Path(scratch))
