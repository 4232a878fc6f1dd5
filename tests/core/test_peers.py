"""Nodes seen by each other: names compared with cluster.yaml, attempts counted on both sides."""

from __future__ import annotations

from typing import Any

from podsys.core.peers import MOST_PEERS, peer_items, read_peers
from podsys.model.facts import NodeFacts
from podsys.model.spec import ClusterSpec, Node


def make_spec(*names: str) -> ClusterSpec:
    nodes = {name: Node(address=f"10.0.0.{number + 1}") for number, name in enumerate(names)}
    return ClusterSpec(cluster="demo", nodes=nodes)


def see(spec: ClusterSpec, readings: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """`readings`: by node, what it read of each peer; the others could not be reached."""
    items = peer_items(spec, list(spec.nodes))
    facts = {
        name: NodeFacts(name, readings={f"peer.{n}": r for n, r in readings[name].items()})
        if name in readings
        else NodeFacts(name, "no route")
        for name in spec.nodes
    }
    return read_peers(spec, facts, items)


def test_names_and_attempts() -> None:
    spec = make_spec("a", "b", "c")
    good = {n: {"live": f"10.0.0.{i}", "note": "refused"} for i, n in enumerate("abc", 1)}
    deaf = {n: {"live": "", "note": "silent"} for n in "abc"}
    found = see(spec, {"a": good, "b": good, "c": deaf})
    assert found["a"] == {
        "names": [
            {"name": "b", "expected": "10.0.0.2", "found": ["10.0.0.2"]},
            {"name": "c", "expected": "10.0.0.3", "found": ["10.0.0.3"]},
        ],
        "asked": 2, "reached": 2, "asked_by": 2, "reached_by": 1,
    }  # fmt: skip
    assert (found["c"]["reached"], found["c"]["reached_by"]) == (0, 2)
    assert found["c"]["names"][0]["found"] == []


def test_a_node_that_podsys_cannot_reach_is_held_against_nobody() -> None:
    spec = make_spec("a", "b", "c")
    answers = {"b": {"live": "10.0.0.2", "note": "open"}, "c": {"live": "", "note": "silent"}}
    found = see(spec, {"a": answers, "b": answers})
    assert (found["a"]["asked"], found["a"]["reached"]) == (1, 1)
    assert "c" not in found


def test_what_was_not_read_is_not_known() -> None:
    found = see(make_spec("a", "b"), {"a": {"b": {"error": "hung"}}, "b": {}})
    assert found["a"]["names"] == [{"name": "b", "expected": "10.0.0.2", "found": None}]


def test_addresses_are_compared_however_they_are_written() -> None:
    spec = ClusterSpec(
        cluster="demo",
        nodes={"a": Node(address="fd00:0::01"), "b": Node(address="b.example.org")},
    )
    answers = {"a": {"live": "fd00::1"}, "b": {"live": "10.0.0.2 nonsense"}}
    found = see(spec, {"a": answers, "b": answers})
    assert found["b"]["names"][0] == {"name": "a", "expected": "fd00::1", "found": ["fd00::1"]}
    assert found["a"]["names"][0] == {"name": "b", "expected": "", "found": ["10.0.0.2", ""]}


def test_a_large_cluster_asks_a_few_and_all_the_same() -> None:
    names = [f"n{number:04d}" for number in range(1000)]
    spec = make_spec(*names)
    items = peer_items(spec, names)
    assert MOST_PEERS / 2 < len(items) <= MOST_PEERS
    assert items[0].key == "n0000"
    assert items[-1].key > "n0900"
    assert peer_items(spec, names[:1]) == ()
