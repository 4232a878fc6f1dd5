"""The plan: what differs, on whom, and what follows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podsys.core.plan import make_plan
from podsys.core.waves import roles_on, split_waves
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.plan import Step

SWAP = Item("sysctl.swappiness", "settings", "sysctl", "vm.swappiness", "1")
KERNEL = Item("kcmd.x", "settings", "kernel_argument", "x", "1", reboot=True)
CHRONY = Item("base.chrony", "base", "package", "chrony", "installed")
ORDER = ["base", "settings"]


def facts(node, **readings):
    named = {"swap": SWAP.id, "kernel": KERNEL.id, "chrony": CHRONY.id}
    return NodeFacts(node, readings={named[key]: value for key, value in readings.items()})


def test_nodes_that_differ_alike_share_a_change():
    wanted = {f"n{i}": (SWAP,) for i in (1, 2, 3)}
    found = {
        "n1": facts("n1", swap={"live": "60", "persistent": "unset"}),
        "n2": facts("n2", swap={"live": "60", "persistent": "unset"}),
        "n3": facts("n3", swap={"live": "1", "persistent": "1"}),
    }
    plan = make_plan(wanted, found, ORDER)
    assert [change.nodes for change in plan.changes] == [("n1", "n2")]
    assert plan.steps == (Step("settings", ("n1", "n2")),)
    assert not plan.reboots


def test_steps_follow_the_order_of_roles():
    found = {
        "n1": facts("n1", swap={"live": "60", "persistent": "1"}, chrony={"live": "absent"}),
    }
    plan = make_plan({"n1": (SWAP, CHRONY)}, found, ORDER)
    assert [step.role for step in plan.steps] == ["base", "settings"]


def test_saved_but_not_yet_live_needs_only_a_reboot():
    found = {"n1": facts("n1", kernel={"live": "unset", "persistent": "1"})}
    plan = make_plan({"n1": (KERNEL,)}, found, ORDER)
    assert not plan.steps
    assert [reboot.nodes for reboot in plan.reboots] == [("n1",)]
    assert plan.reboots[0].because == ("kcmd.x",)
    assert not plan.empty


def test_unreadable_and_unreported_items_are_gaps_not_right():
    found = {"n1": facts("n1", swap={"error": "permission denied"})}
    plan = make_plan({"n1": (SWAP, CHRONY)}, found, ORDER)
    assert plan.empty
    assert [(gap.item_id, bool(gap.reason)) for gap in plan.gaps] == [
        (SWAP.id, True),
        (CHRONY.id, True),
    ]


def test_dead_nodes_are_named_and_stop_nobody():
    found = {"n1": NodeFacts("n1", "no answer"), "n2": facts("n2", swap={"live": "60"})}
    plan = make_plan({"n1": (SWAP,), "n2": (SWAP,), "n3": (SWAP,)}, found, ORDER)
    assert plan.unreachable == ("n1", "n3")
    assert plan.steps == (Step("settings", ("n2",)),)


def test_absent_and_advisory_items_change_nothing():
    found = {"n1": facts("n1", swap={"absent": "no such key"}, chrony={"live": "absent"})}
    advised = Item("a", "settings", "sysctl", "k", "1", advisory=True)
    plan = make_plan({"n1": (SWAP, advised)}, {**found}, ORDER)
    assert not plan.changes


@given(st.lists(st.text("abc", min_size=1), unique=True, max_size=12), st.integers(0, 5))
def test_waves_hold_every_node_once(nodes, canary):
    waves = split_waves(nodes, canary)
    assert [node for wave in waves for node in wave] == nodes
    assert all(waves)
    assert len(waves) <= 2
    steps = [Step("base", tuple(nodes)), Step("settings", ())]
    todo = [roles_on(steps, wave) for wave in waves]
    assert [n for part in todo for n in part["base"]] == nodes
    assert not any("settings" in part for part in todo)
