"""Whether a rollout goes on: nobody has stopped it, and not too many nodes have failed."""

from __future__ import annotations

from podsys.commands.context import Context
from podsys.core.spec import budget_of
from podsys.core.waves import over_budget
from podsys.model.nodeset import fold


def may_go_on(context: Context) -> bool:
    applied, budget = context.applied, budget_of(context.cluster.spec)
    if context.stop.is_set():
        applied.stopped = "interrupted"
    elif over_budget(applied.failed, budget):
        applied.stopped = f"failure budget of {budget} exceeded by {fold(applied.failed)}"
    if applied.stopped:
        context.journal.write("stopped", reason=applied.stopped)
    return not applied.stopped
