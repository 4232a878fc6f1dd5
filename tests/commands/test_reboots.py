"""Who is waited for after a run that was killed while nodes rebooted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podsys.commands.reboots import find_rebooting

NODES = st.sampled_from(["n1", "n2", "n3"])
EVENTS = st.lists(
    st.one_of(
        st.builds(lambda nodes: {"event": "reboot", "nodes": nodes}, st.lists(NODES)),
        st.builds(lambda node: {"event": "node", "node": node}, NODES),
        st.just({"event": "step", "title": "reboot, wave 1"}),
    )
)


def test_a_node_is_awaited_from_its_reboot_to_its_result():
    apply = [{"event": "started"}, {"event": "node", "node": "n1"}]
    reboot = [*apply, {"event": "reboot", "nodes": ["n1", "n2"]}]
    assert find_rebooting(apply) == set()
    assert find_rebooting(reboot) == {"n1", "n2"}
    assert find_rebooting([*reboot, {"event": "node", "node": "n1"}]) == {"n2"}


@given(EVENTS)
def test_only_the_last_word_on_a_node_counts(events):
    last = {}
    for event in events:
        for node in event.get("nodes", [event.get("node")]):
            last[node] = event["event"]
    assert find_rebooting(events) == {node for node, what in last.items() if what == "reboot"}
