"""Nodes seen by each other: the same few questions to all, and what the answers say of each."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from podsys.model.facts import NodeFacts
from podsys.model.item import Item, Reading
from podsys.model.spec import ClusterSpec

# Everybody asks for the same peers: so all nodes are sent the same bytes, and what a large
# cluster asks for stays small.
MOST_PEERS = 32
SSH_PORT = 22


def peer_items(spec: ClusterSpec, nodes: Sequence[str]) -> tuple[Item, ...]:
    """What each of these nodes is asked about the others."""
    if len(nodes) < 2:
        return ()
    port = spec.ssh.port or SSH_PORT
    places = {name: f"{spec.nodes[name].address}:{port}" for name in _sample(nodes)}
    return tuple(Item(f"peer.{name}", "peer", "peer", name, at) for name, at in places.items())


def _sample(nodes: Sequence[str]) -> list[str]:
    """Spread evenly over the list, so that racks and switches are."""
    step = max(1, -(-len(nodes) // MOST_PEERS))
    return list(nodes[::step])


def read_peers(
    spec: ClusterSpec, facts: Mapping[str, NodeFacts], items: Iterable[Item]
) -> dict[str, dict[str, Any]]:
    """By node: `names` [{name, expected, found}], and how many it `reached` of those `asked`.

    `reached_by` and `asked_by` count the others' attempts to reach it. Nodes that podsys itself
    cannot reach are not counted: they have their own finding.
    """
    alive = [item for item in items if _is_alive(facts.get(item.key))]
    peers = {}
    for node, seen in facts.items():
        answers = {i.key: seen.readings.get(i.id, {}) for i in alive if i.key != node}
        if answers and seen.reachable:
            knocked = [_answered(answer) for answer in answers.values()]
            peers[node] = {
                "names": [_compare(spec, name, answer) for name, answer in answers.items()],
                "asked": len(knocked),
                "reached": sum(knocked),
            }
    return {node: peer | _count_others(node, facts, alive) for node, peer in peers.items()}


def _is_alive(facts: NodeFacts | None) -> bool:
    return facts is not None and facts.reachable


def _answered(answer: Reading) -> bool:
    """A refusal is an answer, too: sshd may listen on a port that only OpenSSH's config knows."""
    return answer.get("note") in ("open", "refused")


def _compare(spec: ClusterSpec, name: str, answer: Reading) -> dict[str, Any]:
    """`expected` is empty where cluster.yaml has a name in place of an address."""
    live = answer.get("live")
    return {
        "name": name,
        "expected": _plain(spec.nodes[name].address),
        "found": None if live is None else [_plain(word) for word in live.split()],
    }


def _plain(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def _count_others(
    node: str, facts: Mapping[str, NodeFacts], items: Iterable[Item]
) -> dict[str, int]:
    item = next((one for one in items if one.key == node), None)
    if item is None:
        return {"asked_by": 0, "reached_by": 0}
    others = [f for name, f in facts.items() if name != node and f.reachable]
    answers = [_answered(other.readings.get(item.id, {})) for other in others]
    return {"asked_by": len(answers), "reached_by": sum(answers)}
