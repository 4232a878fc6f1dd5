"""A node that did not answer is unknown, with its reason."""

from podsys.core.judge import judge_reachable
from podsys.model.facts import NodeFacts
from podsys.model.status import Status


def test_nodes_that_answered_share_a_finding_and_others_say_why() -> None:
    facts = [NodeFacts("n1"), NodeFacts("n2", error="no route"), NodeFacts("n3")]
    good, lost = judge_reachable(facts)
    assert (good.status, good.nodes) == (Status.PASS, ("n1", "n3"))
    assert (lost.status, lost.nodes, lost.evidence) == (Status.UNKNOWN, ("n2",), "no route")
    assert lost.check == good.check == "node.reachable"
    assert lost.blocks
    assert "n2" in lost.remedy
