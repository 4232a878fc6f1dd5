"""A run that was killed while nodes rebooted: the next one waits for them to come back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from podsys.commands.common import Cluster
from podsys.commands.desired import Desired, survey
from podsys.effects.journal import find_interrupted, read_journal
from podsys.effects.ssh import Command, Fleet
from podsys.model.facts import NodeFacts
from podsys.model.nodeset import fold
from podsys.view.progress import Progress

PAUSE_S = 2.0
ANSWER_S = 15.0


def survey_after_reboots(
    cluster: Cluster, fleet: Fleet, chosen: Sequence[str], watch: Progress
) -> tuple[dict[str, NodeFacts], Desired, list[str]]:
    """One look at all nodes; another one when some of them were still booting.

    The last part are those that did not come back all the same.
    """
    facts, desired = survey(cluster, fleet, chosen, watch)
    interrupted = find_interrupted(cluster.workspace.runs)
    told = find_rebooting(read_journal(interrupted)) if interrupted else set()
    gone = [node for node in sorted(told & facts.keys()) if not facts[node].reachable]
    if not gone:
        return facts, desired, []
    watch.say(f"waiting for {fold(gone)}: told to reboot by the run that was interrupted")
    _wait_for(fleet, gone, cluster.spec.rollout.reboot_limit_s)
    facts, desired = survey(cluster, fleet, chosen, watch)
    return facts, desired, [node for node in gone if not facts[node].reachable]


def find_rebooting(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """Nodes that were told to reboot, and of which nothing was noted since."""
    told: set[str] = set()
    for event in events:
        if event["event"] == "reboot":
            told |= set(event["nodes"])
        elif event["event"] == "node":
            told.discard(event["node"])
    return told


def _wait_for(fleet: Fleet, nodes: Sequence[str], limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    missing = list(nodes)
    while missing and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
        fleet.close()
        answers = fleet.run_each({node: Command("true") for node in missing}, ANSWER_S)
        missing = [answer.node for answer in answers if not answer.ok]
