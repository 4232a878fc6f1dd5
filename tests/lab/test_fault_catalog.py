"""Every fault of the catalog, made on nodes that have what it breaks, and found by its own name.

No fault is named here: a new file in podsys/catalog/faults is tested by being there.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from podsys import lab
from podsys.commands import lab_faults
from podsys.commands.lab_faults import load_all
from podsys.core.faults import CompiledFault
from tests.lab.practice import Site, needs_nodes

pytestmark = needs_nodes
NAME = f"t-fc-{os.getpid()}"
# Three of the first are a fleet, in which one that is otherwise shows.
PLATFORMS = ("hgx-h100", "hgx-h100", "hgx-h100", "hgx-a100", "h100-pcie", "mi300x", "cpu-only")
QUIET = ("pass", "skip")
PAIRS = int(os.environ.get("PODSYS_FAULT_PAIRS", "24"))
Finding = Mapping[str, Any]
Faults = Mapping[str, tuple[CompiledFault, list[str]]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All that podsys manages is in place: what is found is what was broken."""
    root = tmp_path_factory.mktemp("faults") / "site"
    try:
        lab.up(len(PLATFORMS), NAME, platforms=list(PLATFORMS))
        found = Site(root, NAME)
        done = found.podsys("init", str(root), "--lab")
        assert done.code == 0, done.err
        with found.edited("accept", level=1):
            for _ in range(2):
                done = found.deploy("--yes", "--json")
            assert done.code == 0, done.out
            yield found
    finally:
        lab.down(NAME)


@pytest.fixture(scope="module")
def faults() -> Faults:
    """By id, with the platforms where the lab can make it; those that it cannot make left out."""
    hardware = lab_faults.list_hardware()
    found = {one.id: (one, lab_faults.find_platforms(one, hardware)) for one in load_all()}
    return {id_: both for id_, both in found.items() if both[1]}


def look(site: Site) -> list[Finding]:
    done = site.podsys("preflight", "-C", str(site.root), "--json")
    assert done.code in (0, 1, 3), done.err
    return list(json.loads(done.out)["findings"])


def loud(findings: list[Finding]) -> dict[str, list[Finding]]:
    """By node, what is neither good nor out of place, the most pressing first."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        for node in finding["nodes"] if finding["status"] not in QUIET else ():
            found.setdefault(node, []).append(finding)
    return found


@contextmanager
def broken(faults: Faults, plan: Mapping[str, list[str]]) -> Iterator[None]:
    """The same as `podsys lab break` and `podsys lab heal`, without a process for each."""
    try:
        for node, ids in plan.items():
            for id_ in ids:
                one, platforms = faults[id_]
                lab.break_node(one.fault, node, NAME, platforms)
        yield
    finally:
        for node in plan:
            lab.heal_node(node, NAME)


def plan_waves(faults: Faults) -> list[dict[str, list[str]]]:
    """Each fault once, on one node; as many at a time as there are nodes for them.

    One of the fleet stays as it is: two that differ would leave no majority.
    """
    left = sorted(faults)
    waves = []
    while left:
        wave: dict[str, list[str]] = {}
        for number, platform in enumerate(PLATFORMS, 1):
            mine = [fault for fault in left if platform in faults[fault][1]]
            if mine and number not in (2, 3):
                wave[f"n{number:03d}"] = mine[:1]
                left.remove(mine[0])
        waves.append(wave)
    return waves


def describe(findings: list[Finding]) -> str:
    return "; ".join(
        f"{f['check']} {f['status']} under {f.get('folded_under') or '-'}: {f['evidence']}"
        for f in findings
    )


def test_healthy_nodes_of_every_platform_say_nothing(site: Site) -> None:
    for _ in range(5):
        found = loud(look(site))
        assert not found, {node: describe(findings) for node, findings in found.items()}


def test_each_fault_is_the_first_finding_on_its_node_and_on_no_other(
    site: Site, faults: Faults
) -> None:
    wrong = {}
    for wave in plan_waves(faults):
        with broken(faults, wave):
            found = loud(look(site))
        for node in {*wave, *found}:
            wanted = wave.get(node, [""])[0]
            first = found.get(node, [{"check": ""}])[0]["check"]
            if first != wanted:
                wrong[f"{wanted} on {node}"] = describe(found.get(node, []))
    assert not wrong, json.dumps(wrong, indent=2)
    assert not loud(look(site))


def test_two_faults_on_one_node_are_both_found(site: Site, faults: Faults) -> None:
    chance = random.Random(os.environ.get("CI") and 1)
    missed = {}
    for _ in range(PAIRS // 4):
        wave = {}
        for number in (1, 4, 5, 6):
            platform = PLATFORMS[number - 1]
            mine = [fault for fault in faults if platform in faults[fault][1]]
            wave[f"n{number:03d}"] = chance.sample(mine, 2)
        with broken(faults, wave):
            found = loud(look(site))
        for node, both in wave.items():
            checks = {finding["check"] for finding in found.get(node, [])}
            if not checks >= set(both):
                missed[f"{both} on {node}"] = describe(found.get(node, []))
    assert not missed, json.dumps(missed, indent=2)


def test_deploy_repairs_what_podsys_says_it_repairs(site: Site, faults: Faults) -> None:
    mine = {name: fault for name, fault in faults.items() if fault[0].fault.repairs == "podsys"}
    assert mine
    left = {}
    for wave in plan_waves(mine):
        with broken(faults, wave):
            site.deploy("--yes")
            found = loud(look(site))
        for node, (fault,) in wave.items():
            if any(finding["check"] == fault for finding in found.get(node, [])):
                left[f"{fault} on {node}"] = describe(found[node])
    assert not left, json.dumps(left, indent=2)
