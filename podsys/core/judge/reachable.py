"""Did the node answer at all? Nodes that did, and nodes that failed alike, share a finding."""

from __future__ import annotations

from collections.abc import Iterable

from podsys.core.judge.items import SUITE
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.status import Status

CHECK = "node.reachable"


def judge_reachable(facts: Iterable[NodeFacts]) -> list[Finding]:
    nodes_of: dict[str, list[str]] = {}
    for found in facts:
        nodes_of.setdefault(found.error, []).append(found.node)
    return [_judge(error, tuple(nodes)) for error, nodes in nodes_of.items()]


def _judge(error: str, nodes: tuple[str, ...]) -> Finding:
    if not error:
        return Finding(CHECK, SUITE, nodes, Status.PASS, evidence="the probe answered", order=0)
    return Finding(
        CHECK,
        SUITE,
        nodes,
        Status.UNKNOWN,
        evidence=error,
        remedy=f"log in to {nodes[0]} by hand: ssh, power, network",
        repairs="hands",
        blocks=True,
        order=0,
    )
