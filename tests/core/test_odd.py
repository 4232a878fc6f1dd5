"""The odd machines out."""

from __future__ import annotations

from podsys.core.odd import find_oddities
from podsys.model.facts import NodeFacts, Section


def node(name, kernel="6.1", memory=64 * 2**20, nics=2, cpus=16):
    return NodeFacts(
        name,
        sections={
            "system": Section("ok", {"os": "debian", "os_version": "12", "kernel": kernel}),
            "cpu": Section("ok", {"cpus": cpus, "model": "EPYC"}),
            "memory": Section("ok", {"total_kb": memory}),
            "network": Section("ok", {"nic_count": nics}),
        },
    )


def test_equal_machines_have_no_odd_one():
    assert find_oddities([node("a"), node("b"), node("c", memory=64 * 2**20 - 5000)]) == []


def test_each_difference_is_named_with_the_majority():
    odd = find_oddities([node("a"), node("b"), node("c", kernel="5.10", memory=2**25, nics=1)])
    assert {(o.fact, o.nodes) for o in odd} == {
        ("kernel", ("c",)),
        ("memory", ("c",)),
        ("NIC count", ("c",)),
    }
    assert next(o for o in odd if o.fact == "kernel").usual == "6.1"


def test_halves_have_no_majority():
    odd = find_oddities([node("a", cpus=8), node("b")])
    assert {o.usual for o in odd} == {"no majority"}
    assert len(odd) == 2


def test_unreachable_nodes_are_not_odd():
    assert find_oddities([node("a"), NodeFacts("b", "no answer")]) == []
