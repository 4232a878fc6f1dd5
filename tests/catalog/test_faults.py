"""The catalog of faults: what holds for every file; every fault is found, alone and in pairs.

Nodes are emulated in memory: a healthy state, the fault's own edits, the facts that a probe would
bring, and the diagnosis that podsys makes of them. No fault is named: a new file is tested by being
there. Commands that run inside a node are known to this test by what they do to the facts; those
that it does not know, the lab's own test tries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from podsys.commands.faults import paths_below
from podsys.core.catalog import parse_baselines, parse_settings
from podsys.core.faults import CompiledFault, parse_faults
from podsys.core.platforms import parse_platforms
from podsys.core.shared_answers import SharedAnswers
from podsys.effects.catalog import (
    read_baselines_texts,
    read_faults_texts,
    read_platforms_texts,
    read_settings_texts,
)
from podsys.effects.program import list_sections
from podsys.effects.sharing import Shelf
from podsys.lab.breaking import can_make, edit
from podsys.lab.hardware.state import healthy_state
from podsys.model.fault import Fault
from podsys.node.diagnose import diagnose, fold, prepare
from podsys.node.diagnose.fact_paths import pick
from tests.catalog.emulated_facts import Facts, State, facts_of

Finding = dict[str, Any]
FOUND = ("fail", "warn")
QUIET = ("pass", "skip")


@cache
def compiled() -> tuple[CompiledFault, ...]:
    settings, _ = parse_settings(read_settings_texts())
    faults, problems = parse_faults(
        read_faults_texts(), list_sections(), {setting.id for setting in settings}
    )
    assert [str(problem) for problem in problems] == []
    return tuple(faults)


FAULTS: Mapping[str, Fault] = {one.id: one.fault for one in compiled()}
PLATFORMS = {one.id: one for one in parse_platforms(read_platforms_texts())[0]}
BASELINES = {
    one.metric: one.ceiling
    for one in parse_baselines(read_baselines_texts())[0]
    if one.ceiling is not None
}
CASES = prepare(dict(one.plain) for one in compiled())


def set_fact(path: str, value: Any) -> Callable[[Facts], None]:
    section, name = path.split(".")

    def change(facts: Facts) -> None:
        facts[section][name] = value

    return change


def add_mount(**mount: Any) -> Callable[[Facts], None]:
    fresh = {"fs": "ext4", "read_only": False, "hung": False, "used_pct": 10.0, "inodes_pct": 1.0}
    return lambda facts: facts["disks"]["mounts"].append({**fresh, **mount})


def set_root_read_only(facts: Facts) -> None:
    facts["disks"]["mounts"][0]["read_only"] = True


def set_memlock(facts: Facts) -> None:
    facts["limits"]["memlock"] = {
        "soft": 65536,
        "hard": 65536,
        "saved": {"soft": 65536, "hard": 65536},
    }


def add_argument(facts: Facts) -> None:
    facts["kernel"]["command_line"] += " pci=pcie_bus_peer2peer"


def set_mtu(facts: Facts) -> None:
    facts["network"]["nics"][0]["mtu"] = 1400


# What a fault's commands do to what the probe reads.
COMMANDS: Mapping[str, Callable[[Facts], None]] = {
    "clock-not-synchronised": lambda facts: facts["clock"].update(
        daemon="none", synchronised=False, offset_s=None, source=""
    ),
    "clock-offset": set_fact("clock.offset_s", -5.2),
    "cpu-governor": set_fact("kernel.governors", ["powersave"]),
    "disk-full": add_mount(path="/mnt/podsys-full", used_pct=100.0),
    "dns-silent": set_fact(
        "resolver.servers",
        [{"address": "192.0.2.53", "answers": False, "reason": "no answer within 1 s"}],
    ),
    "huge-pages-policy": set_fact("kernel.transparent_hugepages", "never"),
    "inodes-full": add_mount(path="/mnt/podsys-inodes", inodes_pct=100.0),
    "kernel-differs": set_fact("system.kernel", "2.6.78"),
    "kernel-pci-argument": add_argument,
    "memlock-low": set_memlock,
    "mtu-wrong": set_mtu,
    "nfs-hung": add_mount(path="/mnt/podsys-fault", hung=True, used_pct=None, inodes_pct=None),
    "own-name-wrong": lambda facts: facts["names"].update(
        hostname_addresses=["127.0.1.1"], loopback_only=True
    ),
    "packages-broken": set_fact("packages.broken", ["netbase"]),
    "root-read-only": set_root_read_only,
    "swap-policy": set_fact("kernel.swappiness", 60),
    "units-failed": set_fact("units.failed", ["podsys-fault.service"]),
}


@cache
def healthy(platform: str) -> State:
    return healthy_state(PLATFORMS[platform], "node1")


@cache
def healthy_facts(platform: str) -> Facts:
    return facts_of(healthy(platform))


@cache
def options_of(platform: str) -> dict[str, Any]:
    model = PLATFORMS[platform]
    facts = healthy_facts(platform)
    wanted = {"kernel": facts["system"]["kernel"], "driver": facts["gpu"]["module_version"]}
    paths = [list(path) for path in paths_below(compiled(), "fleet")]
    return {
        "fleet": pick(facts, paths),
        "platform": model.model_dump(mode="json"),
        "wanted": {name: value for name, value in wanted.items() if value},
    }


@cache
def fleet_of(platform: str) -> tuple[Shelf, SharedAnswers]:
    """As in a fleet, nodes share what they have in common: judging them alone takes a minute."""
    return Shelf(), SharedAnswers()


def examine(facts: Facts, platform: str) -> dict[str, Finding]:
    """The findings by their check, folded."""
    shelf, shared = fleet_of(platform)
    sections = {
        name: {"status": "ok", "data": shelf.share(name, data)} for name, data in facts.items()
    }
    context = {"baseline": BASELINES, "options": options_of(platform), "judge": shared.judge}
    findings = diagnose(sections, CASES, context)
    fold(findings, CASES)
    return {finding["check"]: finding for finding in findings}


def break_with(faults: Iterable[Fault], platform: str) -> Facts:
    state = healthy(platform)
    for fault in faults:
        if fault.lab.state or fault.lab.log:
            state = edit(fault.lab)(state)
    facts = facts_of(state)
    for fault in faults:
        if fault.lab.run:
            COMMANDS[fault.id](facts)
    return facts


def is_known(fault: Fault) -> bool:
    return bool(fault.lab.makes_something and (not fault.lab.run or fault.id in COMMANDS))


@cache
def makeable(platform: str) -> tuple[Fault, ...]:
    """The faults that can be made here: the hardware has the parts, and they apply."""
    found = examine(healthy_facts(platform), platform)
    return tuple(
        fault
        for fault in FAULTS.values()
        if is_known(fault)
        and (can_make(fault.lab, healthy(platform)) or not (fault.lab.state or fault.lab.log))
        and (fault.lab.platforms or not fault.applies or found[fault.id]["status"] != "skip")
    )


def share_pairs() -> dict[str, list[tuple[Fault, Fault]]]:
    """Every pair once, on the first platform where both can be made."""
    shared: dict[str, list[tuple[Fault, Fault]]] = {}
    seen: set[tuple[str, str]] = set()
    for platform in sorted(PLATFORMS, reverse=True):
        pairs = [pair for pair in combinations(makeable(platform), 2) if ids_of(pair) not in seen]
        seen |= {ids_of(pair) for pair in pairs}
        shared[platform] = pairs
    return shared


def ids_of(pair: tuple[Fault, Fault]) -> tuple[str, str]:
    return pair[0].id, pair[1].id


def singles() -> Iterator[Any]:
    for platform in sorted(PLATFORMS):
        for fault in makeable(platform):
            yield pytest.param(fault, platform, id=f"{fault.id}-{platform}")


PAIRS = share_pairs()


def open_ones(found: Mapping[str, Finding]) -> dict[str, Finding]:
    """What an admin sees first: found or unknown, and not below something else."""
    return {
        check: finding
        for check, finding in found.items()
        if finding["status"] not in QUIET and not finding["folded_under"]
    }


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_a_healthy_node_has_no_finding(platform: str) -> None:
    found = examine(healthy_facts(platform), platform)
    assert {c: f["evidence"] for c, f in found.items() if f["status"] not in QUIET} == {}


@pytest.mark.parametrize(("fault", "platform"), list(singles()))
def test_a_fault_is_the_only_one_that_stands_by_itself(fault: Fault, platform: str) -> None:
    found = examine(break_with([fault], platform), platform)
    assert {c: f["evidence"] for c, f in open_ones(found).items()}.keys() == {fault.id}
    assert found[fault.id]["status"] == fault.status
    assert "?" not in found[fault.id]["evidence"]


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_any_two_faults_on_one_node_are_both_found(platform: str) -> None:
    """By status, or as unknown below the other one, which hides it: no driver, no ECC counters."""
    missed = []
    for one, other in PAIRS[platform]:
        found = examine(break_with([one, other], platform), platform)
        missed += [f"{a.id} beside {b.id}" for a, b in ((one, other), (other, one))
                   if not is_seen(found, a.id, b.id)]  # fmt: skip
        extra = open_ones(found).keys() - {one.id, other.id}
        missed += [f"{check} besides {one.id} and {other.id}" for check in extra]
    assert missed == []


def test_two_faults_never_edit_the_same_thing_differently() -> None:
    """Else the second of a pair would undo the first, whatever the rules say."""
    for platform in PLATFORMS:
        for one, other in combinations(makeable(platform), 2):
            edits = [{e.path: e.value for e in fault.lab.state} for fault in (one, other)]
            for path in edits[0].keys() & edits[1].keys():
                assert edits[0][path] == edits[1][path], f"{path}: {one.id}, {other.id}"


def is_seen(found: Mapping[str, Finding], check: str, beside: str) -> bool:
    finding = found[check]
    return finding["status"] in FOUND or (
        finding["status"] == "unknown" and finding["folded_under"] == beside
    )


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_texts_say_something(fault: Fault) -> None:
    for text in (fault.title, fault.symptom, fault.cause, fault.remedy):
        assert len(text.split()) >= 3
    assert not fault.title.endswith(".")
    assert all(source.strip() for source in fault.source)
    assert fault.repairs != "podsys" or "podsys deploy" in fault.remedy


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_the_lab_makes_it_where_it_says(fault: Fault) -> None:
    assert set(fault.lab.platforms) <= PLATFORMS.keys()
    for platform in fault.lab.platforms:
        assert can_make(fault.lab, healthy(platform)), f"no such parts on {platform}"
    if fault.lab.state or fault.lab.log:
        assert any(can_make(fault.lab, healthy(platform)) for platform in PLATFORMS)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_nothing_explains_itself(fault: Fault) -> None:
    assert fault.id not in fault.explains
    assert len(set(fault.explains)) == len(fault.explains)


def test_commands_are_known_of_faults_that_there_are() -> None:
    assert {fault for fault in COMMANDS if not FAULTS[fault].lab.run} == set()
