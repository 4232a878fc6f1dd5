"""Looking again after changes: nodes that have just booted are given time to settle."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from podsys.commands.context import Context
from podsys.commands.desired import survey
from podsys.model.facts import NodeFacts

# A clock needs some exchanges with its server, services need their start: what is not right
# after this time is not merely late.
PATIENCE_S = 45.0
PAUSE_S = 2.0
STARTING = ("initializing", "starting")


def look_again(context: Context, nodes: Iterable[str]) -> None:
    """At nodes that something was done to; the others are as they were seen before.

    New connections: limits and reboots take effect for new sessions only.
    """
    deadline = time.monotonic() + PATIENCE_S
    late: Iterable[str] = nodes
    while late:
        context.fleet.close()
        facts, desired = survey(context.cluster, context.fleet, list(late), context.watch)
        context.facts.update(facts)
        context.desired = context.desired.updated(desired)
        late = find_unsettled(context.facts)
        if not late or time.monotonic() > deadline or context.stop.is_set():
            break
        context.watch.say("waiting for " + "; ".join(f"{n}: {why}" for n, why in late.items()))
        time.sleep(PAUSE_S)


def find_unsettled(facts: Mapping[str, NodeFacts]) -> dict[str, str]:
    """Reachable nodes whose services still start or whose clock is not yet synchronised."""
    late = {}
    for name, found in facts.items():
        if found.get("units.state") in STARTING:
            late[name] = "services still start"
        elif found.get("clock.daemon") == "chronyd" and found.get("clock.synchronised") is False:
            late[name] = "its clock is not synchronised yet"
    return late
