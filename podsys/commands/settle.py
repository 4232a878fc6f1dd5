"""Looking again after changes: nodes that have just booted are given time to settle.

What settles is told by the faults themselves, by their `boot_grace_s`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from podsys.commands.context import Context
from podsys.commands.desired import survey
from podsys.commands.passive import find_faults
from podsys.core.settling import STARTS, find_graces, find_unsettled
from podsys.effects.probe import probe
from podsys.effects.program import list_sections
from podsys.model.nodeset import fold

# A clock needs some exchanges with its server, services need their start: what is not right
# after this time is not merely late.
PATIENCE_S = 45.0
PAUSE_S = 2.0
WAITED = ("clock", "units", "system")


def look_again(context: Context, nodes: Collection[str], *, clocks: bool = True) -> None:
    """At nodes that something was done to; the others are as they were seen before.

    Without `clocks`, only services are waited for.

    New connections: limits and reboots take effect for new sessions only.
    """
    if nodes:
        context.fleet.close()
        _survey(context, nodes)
        wait_for_settled(context, clocks=clocks)


def wait_for_settled(context: Context, *, clocks: bool = True) -> None:
    """Only what is waited for is asked again; whoever was still starting is then looked at anew."""
    deadline = time.monotonic() + PATIENCE_S
    started: set[str] = set()
    cluster = context.cluster
    graces = find_graces(find_faults(cluster), cluster.catalog.ceilings)
    sections = tuple(graces.sections.intersection(list_sections()).union(WAITED))
    while late := find_unsettled(context.facts, graces, clocks=clocks):
        if time.monotonic() > deadline or context.stop.is_set():
            break
        started |= {node for node, why in late.items() if why == STARTS}
        context.watch.say(_describe(late))
        time.sleep(PAUSE_S)
        for node, found in probe(context.fleet, dict.fromkeys(late, ()), sections=sections).items():
            known = context.facts[node]
            merged = known.sections | found.sections
            context.facts[node] = found if found.error else replace(known, sections=merged)
    if started:
        _survey(context, started)


def _survey(context: Context, nodes: Collection[str]) -> None:
    facts, desired = survey(context.cluster, context.fleet, sorted(nodes), context.watch)
    context.facts.update(facts)
    context.desired = context.desired.updated(desired)


def _describe(late: Mapping[str, str]) -> str:
    by_reason: dict[str, list[str]] = {}
    for node, reason in late.items():
        by_reason.setdefault(reason, []).append(node)
    return "waiting: " + "; ".join(f"{why}: {fold(nodes)}" for why, nodes in by_reason.items())
