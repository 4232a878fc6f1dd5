"""podsys accept: measure and judge the cluster as it is."""

from __future__ import annotations

from pathlib import Path

from podsys.commands.certify import EXIT_CODES, certify
from podsys.commands.common import load_cluster
from podsys.commands.context import Context, begin_run
from podsys.commands.desired import survey
from podsys.commands.interrupt import stop_flag
from podsys.core.limit import limit_nodes
from podsys.core.plan import make_plan
from podsys.effects.runlock import hold
from podsys.errors import ExitCode
from podsys.model.plan import Plan
from podsys.view.progress import progress


def accept(root: Path, level: int | None, limit: str | None, as_json: bool) -> ExitCode:
    """A certificate for what is there; what differs from cluster.yaml fails it."""
    cluster = load_cluster(root)
    chosen = limit_nodes(cluster.spec, limit)
    with (
        hold(cluster.workspace.run_lock),
        cluster.connect() as fleet,
        stop_flag() as stop,
        progress("accept", shown=not as_json) as watch,
    ):
        facts, desired = survey(cluster, fleet, chosen, watch)
        run, journal = begin_run(cluster.workspace, Plan(), watch)
        plan = make_plan(desired.wanted, facts, desired.role_order)
        context = Context(
            cluster, fleet, facts, desired, run, journal, watch, stop,
            level=level or cluster.spec.accept.level, plan=plan,
        )  # fmt: skip
        verdict = certify(context, as_json)
        journal.write("finished", verdict=verdict.value)
        journal.close()
    return EXIT_CODES[verdict]
