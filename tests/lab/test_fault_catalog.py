"""Every fault of the catalog, made on nodes that have what it breaks, and found by its own name.

No fault is named here: a new file in podsys/catalog/faults is tested by being there.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from podsys import lab
from tests.lab.practice import Site, needs_nodes

pytestmark = needs_nodes
NAME = f"t-fc-{os.getpid()}"
# Three of the first are a fleet, in which one that is otherwise shows.
PLATFORMS = ("hgx-h100", "hgx-h100", "hgx-h100", "hgx-a100", "h100-pcie", "mi300x", "cpu-only")
QUIET = ("pass", "skip")
PAIRS = int(os.environ.get("PODSYS_FAULT_PAIRS", "24"))
Finding = Mapping[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All that podsys manages is in place: what is found is what was broken."""
    root = tmp_path_factory.mktemp("faults") / "site"
    try:
        lab.up(len(PLATFORMS), NAME, platforms=list(PLATFORMS))
        found = Site(root, NAME)
        done = found.podsys("init", str(root), "--lab")
        assert done.code == 0, done.err
        for _ in range(2):
            done = found.deploy("--yes", "--json")
        assert done.code in (0, 1, 3), done.err
        yield found
    finally:
        lab.down(NAME)


@pytest.fixture(scope="module")
def faults(site: Site) -> dict[str, Finding]:
    """By id; only those that the lab can make."""
    done = site.podsys("lab", "break", "--list", "--json")
    return {one["id"]: one for one in json.loads(done.out)["faults"] if one["platforms"]}


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


def break_nodes(site: Site, plan: Mapping[str, list[str]]) -> None:
    for node, faults in plan.items():
        for fault in faults:
            done = site.podsys("lab", "break", fault, "--node", node)
            assert done.code == 0, f"{fault} on {node}: {done.err}"


def heal(site: Site) -> None:
    done = site.podsys("lab", "heal")
    assert done.code == 0, done.err


def plan_waves(faults: Mapping[str, Finding]) -> list[dict[str, list[str]]]:
    """Each fault once, on one node; as many at a time as there are nodes for them.

    One of the fleet stays as it is: two that differ would leave no majority.
    """
    left = sorted(faults)
    waves = []
    while left:
        wave: dict[str, list[str]] = {}
        for number, platform in enumerate(PLATFORMS, 1):
            mine = [fault for fault in left if platform in faults[fault]["platforms"]]
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
    site: Site, faults: dict[str, Finding]
) -> None:
    wrong = {}
    for wave in plan_waves(faults):
        break_nodes(site, wave)
        found = loud(look(site))
        for node in {*wave, *found}:
            wanted = wave.get(node, [""])[0]
            first = found.get(node, [{"check": ""}])[0]["check"]
            if first != wanted:
                wrong[f"{wanted} on {node}"] = describe(found.get(node, []))
        heal(site)
    assert not wrong, json.dumps(wrong, indent=2)
    assert not loud(look(site))


def test_two_faults_on_one_node_are_both_found(site: Site, faults: dict[str, Finding]) -> None:
    chance = random.Random(os.environ.get("CI") and 1)
    missed = {}
    for _ in range(PAIRS // 4):
        wave = {}
        for number in (1, 4, 5, 6):
            platform = PLATFORMS[number - 1]
            mine = [fault for fault in faults if platform in faults[fault]["platforms"]]
            wave[f"n{number:03d}"] = chance.sample(mine, 2)
        break_nodes(site, wave)
        found = loud(look(site))
        for node, both in wave.items():
            checks = {finding["check"] for finding in found.get(node, [])}
            if not checks >= set(both):
                missed[f"{both} on {node}"] = describe(found.get(node, []))
        heal(site)
    assert not missed, json.dumps(missed, indent=2)


def test_deploy_repairs_what_podsys_says_it_repairs(site: Site, faults: dict[str, Finding]) -> None:
    mine = {name: fault for name, fault in faults.items() if fault["repairs"] == "podsys"}
    assert mine
    left = {}
    for wave in plan_waves(mine):
        break_nodes(site, wave)
        site.deploy("--yes")
        found = loud(look(site))
        for node, (fault,) in wave.items():
            if any(finding["check"] == fault for finding in found.get(node, [])):
                left[f"{fault} on {node}"] = describe(found[node])
        heal(site)
    assert not left, json.dumps(left, indent=2)
