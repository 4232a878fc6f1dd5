"""A node of a system that podsys does not know is not passed over in silence."""

from __future__ import annotations

from podsys.core.judge.systems import judge_systems
from podsys.model.facts import NodeFacts, Section
from podsys.model.status import Status


def node(name: str, **system: str) -> NodeFacts:
    return NodeFacts(name, sections={"system": Section("ok", system)})


def test_every_node_of_another_system_is_named_with_it() -> None:
    suse = {"os": "sles", "os_version": "15.6", "os_family": "sles"}
    facts = {
        "n1": node("n1", os="debian", os_version="12", os_family="debian"),
        "n2": node("n2", **suse),
        "n3": node("n3", **suse),
        "n4": NodeFacts("n4", sections={"system": Section("unknown", {}, "no")}),
        "n5": NodeFacts("n5", "no route"),
    }
    other, unread = judge_systems(facts)
    assert (other.nodes, other.status) == (("n2", "n3"), Status.UNKNOWN)
    assert "does not know sles 15.6: nothing there was changed" in other.evidence
    assert "take the node out of cluster.yaml" in other.remedy
    assert (unread.nodes, unread.status) == (("n4",), Status.UNKNOWN)
    assert "could not be read" in unread.evidence
