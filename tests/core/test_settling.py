"""Nodes that have just booted get time; what is wrong for good does not."""

from __future__ import annotations

from podsys.core.faults import parse_faults
from podsys.core.settling import Graces, find_graces, find_unsettled
from podsys.effects.catalog import read_faults_texts
from podsys.effects.program import list_sections
from podsys.model.facts import NodeFacts, Section

FAULTS, _ = parse_faults(read_faults_texts(), list_sections())
GRACES = find_graces(FAULTS, {"clock_offset": 0.1})


def node(name, state="running", daemon="chronyd", synchronised=True, offset=0.0, uptime=9e5):
    clock = {"daemon": daemon, "synchronised": synchronised, "offset_s": offset}
    sections = {
        "units": Section("ok", {"state": state}),
        "clock": Section("ok", clock | {"source": "10.0.0.1"}),
        "system": Section("ok", {"uptime_s": uptime}),
    }
    return NodeFacts(name, sections=sections)


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
    assert sorted(find_unsettled(facts, GRACES)) == ["boots", "late"]
    assert sorted(find_unsettled(facts, Graces())) == ["boots", "late"]
    assert sorted(find_unsettled(facts, GRACES, clocks=False)) == ["boots"]


def test_faults_that_a_boot_excuses_are_waited_for_while_it_does():
    facts = {
        "catches-up": node("catches-up", offset=0.5, uptime=20),
        "caught-up": node("caught-up", offset=0.01, uptime=20),
        "wrong": node("wrong", offset=0.5),
        "unread": node("unread", offset=None, uptime=20),
        "ageless": node("ageless", offset=0.5, uptime=None),
    }
    assert find_unsettled(facts, GRACES) == {"catches-up": "clock-offset after the boot"}
    assert find_unsettled(facts, GRACES, clocks=False) == {}


def test_what_the_catalog_excuses_is_what_is_looked_at_again():
    ids = {one.id for one in GRACES.faults}
    assert ids == {one.id for one in FAULTS if one.fault.boot_grace_s}
    assert {"clock-offset", "fabric-not-completed", "ib-port-init"} <= ids
    assert GRACES.sections >= {"clock", "gpu", "infiniband", "system"}
