"""Nodes that have just booted get time; what is wrong for good does not."""

from __future__ import annotations

from podsys.commands.settle import find_unsettled
from podsys.model.facts import NodeFacts, Section


def node(name, state="running", daemon="chronyd", synchronised=True):
    return NodeFacts(
        name,
        sections={
            "units": Section("ok", {"state": state}),
            "clock": Section("ok", {"daemon": daemon, "synchronised": synchronised}),
        },
    )


def test_who_is_waited_for():
    facts = {
        "ready": node("ready"),
        "boots": node("boots", state="starting"),
        "late": node("late", synchronised=False),
        "degraded": node("degraded", state="degraded"),
        "nobody": node("nobody", daemon="none", synchronised=False),
        "unread": node("unread", synchronised=None),
        "dead": NodeFacts("dead", "no answer"),
    }
    assert sorted(find_unsettled(facts)) == ["boots", "late"]
