"""Faults planted in 1,024 simulated nodes are named in at most 8 rounds, and nothing else.

These are a few seeds of what `python -m bench.localising` runs a thousand of.
"""

from __future__ import annotations

import pytest

from podsys.core.locate.fabric import Part
from podsys.core.suspects import Localised
from tests.core.locate.simulated import SIGMA, Simulation, Site, plant

ONE_RAIL = Site(rails=())
TWO_RAILS = Site(rails=("a", "b"))
SPINES = Site(rails=(), spines=16)
EIGHT_RAILS = Site()
RAIL_LEAVES = Site(nodes=256, rails=tuple("abcd"), rail_leaves=True)


def named(found: Localised) -> set[tuple[str, str]]:
    return {(suspect.kind, suspect.id) for suspect in found.suspects}


def score(site: Site, kind: str, seeds: int) -> tuple[float, float]:
    """Recall and precision over the first seeds."""
    planted = right = blamed = 0
    for seed in range(seeds):
        faults = plant(site, seed, kind)
        simulation = Simulation(site, faults, seed)
        suspects = named(simulation.run())
        assert simulation.rounds_used <= 8
        wanted = {(part.kind, part.id) for part in faults}
        planted, blamed = planted + len(wanted), blamed + len(suspects)
        right += len(wanted & suspects)
    return right / planted, right / blamed


@pytest.mark.parametrize(
    ("site", "kind", "seeds"),
    [
        (ONE_RAIL, "mixed", 30),
        (TWO_RAILS, "mixed", 8),
        (EIGHT_RAILS, "mixed", 2),
        (ONE_RAIL, "switch", 12),
        (ONE_RAIL, "uplinks", 10),
        (RAIL_LEAVES, "switch", 10),
        (ONE_RAIL, "link", 20),
        (SPINES, "link", 12),
    ],
)
def test_faults_are_named_and_nobody_else(site: Site, kind: str, seeds: int) -> None:
    recall, precision = score(site, kind, seeds)
    assert recall >= 0.97
    assert precision >= 0.97


@pytest.mark.parametrize("seed", range(10))
def test_a_healthy_fleet_has_no_suspect(seed: int) -> None:
    found = Simulation(ONE_RAIL, {}, seed).run()
    assert not found.suspects
    assert found.flickering, "transients are kept as what was seen, blaming nobody"


def test_without_topology_the_nodes_of_a_bad_leaf_are_named_one_by_one() -> None:
    site = Site(nodes=256, rails=(), known_leaves=False)
    found = Simulation(site, {Part("switch", "leaf02"): 0.7}, seed=1).run()
    assert named(found) == {("node", name) for name in site.names if site.leaf(name) == "leaf02"}


def test_dead_nodes_are_unmeasured_and_hide_nothing() -> None:
    dead = frozenset({"n0007", "n0500"})
    found = Simulation(ONE_RAIL, {Part("node", "n0100"): 0.85}, 3, dead=dead).run()
    assert named(found) == {("node", "n0100")}
    assert sorted(found.unmeasured) == sorted(dead)


def test_a_node_that_flickers_is_a_class_of_its_own() -> None:
    """Two rails, half of all measurements slow: mostly 16 looks suffice to call the node
    intermittent, and otherwise a rail of it. Chance may favour one rail."""
    part, exact = Part("node", "n0100"), 0
    for seed in range(12):
        found = Simulation(TWO_RAILS, {part: 0.6}, seed, shares={part: 0.5}).run()
        assert found.accused
        for one in found.accused:
            assert part.id in one.nodes
            assert one.intermittent
            assert one.suspect.evidence.startswith("intermittent: ")
        exact += ("node", part.id) in named(found)
    assert exact >= 8


@pytest.mark.parametrize("seed", range(6))
def test_a_flicker_too_rare_to_blame_is_kept(seed: int) -> None:
    """Whatever was seen slow around it stays on the list, as flickering pairs or a suspect."""
    part = Part("node", "n0100")
    simulation = Simulation(ONE_RAIL, {part: 0.6}, seed, shares={part: 0.3})
    found = simulation.run()
    seen = [pair for pair in simulation.results.values() if "n0100" in pair.nodes and pair.slow]
    kept = {pair.ends for pair in found.flickering}
    blamed = {node for one in found.accused for node in one.nodes}
    assert all(pair.ends in kept or blamed & {*pair.nodes} for pair in seen)


def test_one_sided_a_node_faster_than_all_is_no_suspect() -> None:
    found = Simulation(ONE_RAIL, {Part("node", "n0100"): 1.0 + 10 * SIGMA}, 1).run()
    assert not found.suspects
