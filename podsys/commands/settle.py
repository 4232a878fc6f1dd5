"""Looking again after changes: nodes that have just booted are given time to settle."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from podsys.commands.context import Context
from podsys.commands.desired import survey
from podsys.effects.probe import probe
from podsys.model.facts import NodeFacts
from podsys.model.nodeset import fold

# A clock needs some exchanges with its server, services need their start: what is not right
# after this time is not merely late.
PATIENCE_S = 45.0
PAUSE_S = 2.0
STARTS = "services still start"
WAITED = ("clock", "units")
STARTING = ("initializing", "starting")


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
    while late := find_unsettled(context.facts, clocks=clocks):
        if time.monotonic() > deadline or context.stop.is_set():
            break
        started |= {node for node, why in late.items() if why == STARTS}
        context.watch.say(_describe(late))
        time.sleep(PAUSE_S)
        for node, found in probe(context.fleet, dict.fromkeys(late, ()), sections=WAITED).items():
            known = context.facts[node]
            sections = known.sections | found.sections
            context.facts[node] = found if found.error else replace(known, sections=sections)
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


def find_unsettled(facts: Mapping[str, NodeFacts], *, clocks: bool = True) -> dict[str, str]:
    """Reachable nodes whose services still start or whose clock is not yet synchronised."""
    late = {}
    for name, found in facts.items():
        if found.get("units.state") in STARTING or found.get("units.activating"):
            late[name] = STARTS
        elif clocks and _is_out_of_step(found):
            late[name] = "its clock is not synchronised yet"
    return late


def _is_out_of_step(found: NodeFacts) -> bool:
    """None is what was not read: nothing to wait for."""
    is_chrony = found.get("clock.daemon") == "chronyd"
    return is_chrony and found.get("clock.synchronised") is False
