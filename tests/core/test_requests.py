"""Equal nodes are asked the same, and every item is asked for."""

from __future__ import annotations

from podsys.core.requests import find_bare, share_requests
from podsys.model.facts import NodeFacts, Section
from tests.golden.examples import render_example


def test_nodes_that_differ_only_in_their_own_files_get_the_same_bytes():
    wanted = render_example("lab-4").wanted
    assert wanted["n003"] != wanted["n004"]
    requests = share_requests(wanted)
    assert requests["n003"] is requests["n004"]


def test_every_item_is_asked_once_and_of_the_right_node():
    wanted = render_example("mixed-debian-ubuntu").wanted
    requests = share_requests({node: (*items, *items) for node, items in wanted.items()})
    for node, items in wanted.items():
        asked = [(one.id, one.kind, one.key, one.params) for one in requests[node]]
        assert asked == [(one.id, one.kind, one.key, one.params) for one in items]


def test_only_nodes_known_to_have_no_gpu_are_sent_less():
    seen = {"with": ["nvidia_gpu", "rdma"], "without": ["amd_gpu"]}
    facts = {
        node: NodeFacts(node, sections={"capabilities": Section("ok", {"names": names})})
        for node, names in seen.items()
    }
    facts["unknown"] = NodeFacts("unknown", sections={"capabilities": Section("unknown", {})})
    facts["never"] = NodeFacts("never", "no answer")
    assert find_bare(facts) == {"without"}
