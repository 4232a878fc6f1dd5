"""Which settings apply where."""

from __future__ import annotations

import pytest

from podsys.core.select import select_items, traits_of
from podsys.core.spec import parse_spec
from podsys.model.facts import NodeFacts, Section
from podsys.model.setting import Setting

FACTS = NodeFacts(
    "n1",
    sections={
        "system": Section("ok", {"os": "debian", "arch": "x86_64", "virtual": False}),
        "cpu": Section("ok", {"vendor": "AuthenticAMD"}),
        "capabilities": Section("ok", {"names": ["apt", "swap"]}),
    },
)


def make(when=None, **changes):
    given = {
        "id": "sysctl.x", "title": "t", "kind": "sysctl", "key": "vm.x", "value": "1",
        "why": "w", "source": ("s",), "confidence": "code", "when": when or {},
    } | changes  # fmt: skip
    return Setting(**given)


def select(setting, facts=FACTS, extra=""):
    spec, problems = parse_spec(f"cluster: x\nnodes:\n  n1: {{address: a}}\n{extra}")
    assert not problems
    assert spec is not None
    return select_items(spec, traits_of(spec, spec.nodes["n1"], facts), [setting])


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ({}, True),
        ({"profile": ["training"]}, True),
        ({"profile": ["hpc"]}, False),
        ({"os": ["debian", "ubuntu"], "arch": ["x86_64"]}, True),
        ({"os": ["rocky"]}, False),
        ({"cpu_vendor": ["AuthenticAMD"]}, True),
        ({"virtual": False}, True),
        ({"virtual": True}, False),
        ({"has": ["swap"]}, True),
        ({"has": ["cpufreq"]}, False),
        ({"lacks": ["swap"]}, False),
        ({"lacks": ["cpufreq"]}, True),
        ({"min_nodes": 2}, False),
        ({"group": ["compute"]}, True),
        ({"group": ["login"]}, False),
        ({"network": ["roce"]}, False),
    ],
)
def test_when(when, applies):
    chosen = select(make(when))
    assert bool(chosen.items) is applies
    assert bool(chosen.skipped) is not applies
    assert all(chosen.skipped.values())


@pytest.mark.parametrize(
    "when", [{"os": ["debian"]}, {"virtual": False}, {"has": ["apt"]}, {"lacks": ["x"]}]
)
def test_what_was_not_measured_never_holds(when):
    assert not select(make(when), facts=None).items


def test_weak_sources_advise_until_adopted():
    weak = make(confidence="third-party")
    assert select(weak).items[0].advisory
    adopted = select(weak, extra="settings: {adopt: [sysctl.x]}\n")
    assert not adopted.items[0].advisory


def test_override_and_disable():
    assert select(make(), extra="settings: {override: {sysctl.x: '7'}}\n").items[0].value == "7"
    disabled = select(make(), extra="settings: {disable: [sysctl.x]}\n")
    assert disabled.skipped == {"sysctl.x": "disabled in cluster.yaml"}
