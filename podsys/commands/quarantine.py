"""Quarantine: nodes that a reboot has spoilt, until a deploy finds them as they must be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from podsys.commands.common import load_facts
from podsys.commands.context import Context
from podsys.core.comeback import find_wrong, remember
from podsys.effects.console import read_console
from podsys.effects.quarantine import load_quarantine, save_quarantine
from podsys.effects.workspace import Workspace
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.quarantine import LastState, Quarantined
from podsys.model.status import Status

CHECK = "node.quarantine"
# Of the console, in a finding; all that was kept is in the workspace's list and in the journal.
SHOWN = 3
REMEDY = (
    "see its console and its power; once it answers and is as described, podsys deploy releases it;"
    " a node that is gone for good: take it out of cluster.yaml"
)


def put_in_quarantine(context: Context, node: str, reason: str, last: LastState) -> None:
    """On disk before the next wave begins. Who was in it keeps what it was before that: now it
    may lack the very GPU that it is here for."""
    cluster = context.cluster
    known = load_quarantine(cluster.workspace)
    found = Quarantined(
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        run=context.run.name,
        reason=reason,
        last=known[node].last if node in known else last,
        console=read_console(cluster.spec.console, node, cluster.spec.nodes[node]),
    )
    save_quarantine(cluster.workspace, known | {node: found})
    context.applied.failed[node] = f"quarantined: {reason}"
    context.journal.write("quarantined", node=node, **found.model_dump(mode="json"))


def quarantine_lost(context: Context, nodes: Iterable[str]) -> None:
    """A run that was killed told these to reboot; what they were is known from before."""
    known = load_facts(context.cluster.workspace)
    for node in nodes:
        reason = "it did not answer again after the run that was interrupted"
        put_in_quarantine(context, node, reason, remember(known.get(node, NodeFacts(node))))


def release_nodes(context: Context) -> None:
    """Those that answer and are as they must be; nodes that left cluster.yaml are forgotten."""
    workspace = context.cluster.workspace
    kept = load_quarantine(workspace)
    for node, one in list(kept.items()):
        if node not in context.cluster.spec.nodes:
            del kept[node]
        elif node in context.facts and node not in context.applied.failed:
            wanted = context.desired.wanted[node]
            if not find_wrong(one.last, context.facts[node], wanted, rebooted=False):
                del kept[node]
                context.watch.say(f"{node} is as it must be, and out of quarantine")
                context.journal.write("released", node=node)
    save_quarantine(workspace, kept)


def judge_quarantine(workspace: Workspace, facts: Mapping[str, NodeFacts]) -> Iterator[Finding]:
    """No job should start there, even where it answers again: nobody has looked at all of it."""
    for node, one in load_quarantine(workspace).items():
        if node in facts:
            yield Finding(
                CHECK,
                "passive",
                (node,),
                Status.FAIL,
                evidence=describe(one),
                remedy=REMEDY,
                repairs="hands",
                order=1,
            )


def describe(one: Quarantined) -> str:
    """What went wrong, what was there before, and what its console said in the end."""
    gpus = f" with {one.last.gpus} GPUs" if one.last.gpus else ""
    before = f"until then it ran {one.last.kernel or 'an unknown kernel'}{gpus}"
    last = " / ".join(one.console[-SHOWN:])
    console = f"; its console ended: {last}" if last else ""
    return f"rebooted, {one.reason}; {before}; in quarantine since {one.since}{console}"
