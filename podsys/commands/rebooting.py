"""Reboots: as few as can be, canary first, never more nodes at once than may fail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from podsys.commands.budget import may_go_on
from podsys.commands.context import Context
from podsys.commands.quarantine import put_in_quarantine
from podsys.commands.settle import look_again
from podsys.core.comeback import find_wrong, remember
from podsys.core.spec import budget_of
from podsys.core.waves import split_waves
from podsys.effects.localhost import is_local, own_boot_id
from podsys.effects.quarantine import load_quarantine
from podsys.effects.ssh import Command
from podsys.model.facts import NodeFacts
from podsys.model.nodeset import fold
from podsys.model.plan import Plan
from podsys.model.spec import Node

BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
TELL_S = 30.0
ANSWER_S = 10.0
PAUSE_S = 1.0
QUIET_S = 30.0


def reboot_nodes(context: Context, plan: Plan) -> None:
    """Each wave is looked at before the next one begins; who came back wrong is quarantined."""
    nodes = _in_order(context, [node for reboot in plan.reboots for node in reboot.nodes])
    rollout = context.cluster.spec.rollout
    waves = split_waves(nodes, rollout.canary, max(1, budget_of(context.cluster.spec)))
    for number, wave in enumerate(waves, 1):
        if not may_go_on(context):
            return
        context.journal.write("step", title=f"reboot, wave {number}", todo={"reboot": list(wave)})
        context.watch.stage(f"reboot, wave {number}: {fold(wave)}")
        _reboot(context, wave)


def _in_order(context: Context, nodes: Sequence[str]) -> list[str]:
    """A node that failed is left alone; one that did not come back last time is no canary."""
    bad = load_quarantine(context.cluster.workspace)
    chosen = [node for node in nodes if node not in context.applied.failed]
    known = {node: context.cluster.spec.nodes[node] for node in chosen}
    kept = dict(find_untouchable(known, context.facts, context.fleet.bastions))
    for node, reason in kept.items():
        context.watch.say(f"{node} {reason}: reboot it yourself")
    return sorted((node for node in chosen if node not in kept), key=lambda node: node in bad)


def find_untouchable(
    nodes: Mapping[str, Node], facts: Mapping[str, NodeFacts], bastions: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """The machines that podsys stands on, each with the reason."""
    for name, node in nodes.items():
        boot_id = facts[name].get("system.boot_id")
        if is_local(node.address) or (boot_id and boot_id == own_boot_id()):
            yield name, "is the machine podsys runs on"
        elif bastions & {name, node.address}:
            yield name, "is the bastion through which nodes are reached"


def _reboot(context: Context, wave: Sequence[str]) -> None:
    last = {node: remember(context.facts[node]) for node in wave}
    context.journal.write("reboot", nodes=list(wave))
    refused = _tell(context, wave)
    late = _wait(context, {n: last[n].boot_id or "" for n in wave if n not in refused})
    if context.stop.is_set():
        return  # they are left alone, and the next run looks at them anew
    look_again(context, wave, clocks=False)
    limit = context.cluster.spec.rollout.reboot_limit_s
    for node in wave:
        found, wanted = context.facts[node], context.desired.wanted[node]
        wrong = find_wrong(last[node], found, wanted)
        if wrong and node in late and not found.reachable:
            wrong = f"it did not answer again within {limit} s"
        wrong = refused.get(node, wrong)
        context.journal.write("node", node=node, changed=["reboot"])
        if wrong:
            put_in_quarantine(context, node, wrong, last[node])
            context.watch.say(f"{node} goes into quarantine: {wrong}")


def _tell(context: Context, wave: Sequence[str]) -> dict[str, str]:
    """Node -> why it could not be told. A connection that breaks is no reason: it goes down."""
    command = Command(f"{context.fleet.as_root}systemctl reboot")
    refused = {}
    for outcome in context.fleet.run_each(dict.fromkeys(wave, command), TELL_S):
        if outcome.code:
            said = outcome.stderr.decode(errors="replace").strip()
            refused[outcome.node] = f"it refused to reboot: {said or f'code {outcome.code}'}"
    return refused


def _wait(context: Context, boots: dict[str, str]) -> set[str]:
    """Until every node tells another boot id; those that do not within the limit."""
    began = said = time.monotonic()
    missing = set(boots)
    while missing and time.monotonic() - began < context.cluster.spec.rollout.reboot_limit_s:
        if context.stop.is_set():
            break
        time.sleep(PAUSE_S)
        # What is kept open to a machine that went down looks alive for a while.
        context.fleet.close()
        asked = dict.fromkeys(missing, Command(BOOT_ID))
        for outcome in context.fleet.run_each(asked, ANSWER_S):
            told = outcome.stdout.decode(errors="replace").strip()
            if outcome.ok and told != boots[outcome.node]:
                missing.discard(outcome.node)
        if missing and time.monotonic() - said > QUIET_S:
            said = time.monotonic()
            context.watch.say(f"waiting for {fold(missing)}: {said - began:.0f} s")
    return missing
