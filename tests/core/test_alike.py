"""Comparing by groups says what comparing node by node would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podsys.core.alike import group_readings
from podsys.core.judge import judge_items, judge_skips
from podsys.core.plan import make_plan
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding, tally_by_node
from podsys.model.item import Item, Reading
from podsys.model.status import Status

ITEMS = tuple(Item(f"s.{n}", "settings", "sysctl", f"k{n}", "1") for n in range(3))
READINGS: tuple[Reading, ...] = (
    {"live": "1"},
    {"live": "0"},
    {"live": "1", "persistent": "0"},
    {"absent": "no such key"},
    {"error": "denied"},
)
one_node = st.tuples(*(st.sampled_from([*READINGS, None]) for _ in ITEMS))
fleets = st.lists(one_node, min_size=1, max_size=6)


def as_facts(fleet: list[tuple[Reading | None, ...]], *, shared: bool) -> dict[str, NodeFacts]:
    """Shared as after a probe, or each node with readings of its own."""
    return {
        f"n{number}": NodeFacts(
            f"n{number}",
            readings={
                item.id: reading if shared else Reading(**reading)
                for item, reading in zip(ITEMS, row, strict=True)
                if reading is not None
            },
        )
        for number, row in enumerate(fleet)
    }


@given(fleets)
def test_every_item_of_every_node_is_in_exactly_one_group(fleet):
    facts = as_facts(fleet, shared=True)
    groups = group_readings(dict.fromkeys(facts, ITEMS), facts)
    seen = [(one.item.id, node) for one in groups for node in one.nodes]
    assert sorted(seen) == sorted((item.id, node) for item in ITEMS for node in facts)
    for one in groups:
        assert all(facts[node].readings.get(one.item.id) == one.reading for node in one.nodes)
        assert list(one.nodes) == sorted(one.nodes)


@given(fleets)
def test_sharing_changes_no_plan_and_no_finding(fleet):
    shared, own = as_facts(fleet, shared=True), as_facts(fleet, shared=False)
    wanted = dict.fromkeys(shared, ITEMS)
    assert make_plan(wanted, shared, ["settings"]) == make_plan(wanted, own, ["settings"])
    assert judge_items(wanted, shared) == judge_items(wanted, own)


@given(fleets)
def test_a_fleet_is_judged_as_its_nodes_are(fleet):
    facts = as_facts(fleet, shared=True)
    together = tally_by_node(judge_items(dict.fromkeys(facts, ITEMS), facts))
    for node, found in facts.items():
        alone = tally_by_node(judge_items({node: ITEMS}, {node: found}))
        assert together[node] == alone[node]


def test_a_reading_that_says_nothing_is_a_gap():
    plan = make_plan({"n1": ITEMS[:1]}, {"n1": NodeFacts("n1", readings={"s.0": {}})}, ["settings"])
    assert [(gap.item_id, gap.reason) for gap in plan.gaps] == [("s.0", "nothing was read")]
    assert plan.empty


def test_what_does_not_apply_is_said_once_for_each_reason():
    skipped = {"n1": {"a": "no gpu"}, "n2": {"a": "no gpu"}, "n3": {"a": "not in group x"}}
    found = {(f.evidence, f.nodes, f.status) for f in judge_skips(skipped, {})}
    assert found == {
        ("no gpu", ("n1", "n2"), Status.SKIP),
        ("not in group x", ("n3",), Status.SKIP),
    }


def test_a_node_that_passed_alone_is_not_blamed_for_a_link():
    link = Finding("c", "network", ("n1", "n2"), Status.FAIL, metric="m")
    alone = Finding("c", "network", ("n1",), Status.PASS, metric="m")
    tally = tally_by_node([link, alone])
    assert tally["n1"] == {Status.PASS: 1}
    assert tally["n2"] == {Status.FAIL: 1}
