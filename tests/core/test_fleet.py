"""The fleet: what most equal nodes read, and nothing where there is no most."""

from __future__ import annotations

from typing import Any

from podsys.core.fact_paths import find_paths
from podsys.core.fleet import NO_MAJORITY, TOO_FEW, find_fleets
from podsys.core.rules import parse_value
from podsys.model.facts import NodeFacts, Section

PATHS = {("system", "kernel"), ("gpu", "gpus", "[index]", "vbios")}


def make(node: str, kernel: Any, *vbios: str) -> NodeFacts:
    gpus = [{"index": i, "vbios": text} for i, text in enumerate(vbios)]
    return NodeFacts(
        node,
        sections={
            "system": Section("ok", {"kernel": kernel}),
            "gpu": Section("ok", {"gpus": gpus}),
        },
    )


def fleet_of(nodes: list[NodeFacts], kinds: dict[str, str] | None = None) -> dict[str, Any]:
    return find_fleets({one.node: one for one in nodes}, kinds or {}, PATHS)


def test_most_nodes_decide_for_each_fact_alone() -> None:
    nodes = [make("a", "6.1", "x", "y"), make("b", "6.1", "x", "z"), make("c", "6.2", "x", "y")]
    fleet = fleet_of(nodes)["c"]
    assert fleet["system"]["kernel"] == "6.1"
    assert fleet["gpu"]["gpus"] == {"0": {"vbios": "x"}, "1": {"vbios": "y"}}


def test_two_nodes_are_no_fleet_and_a_tie_is_no_majority() -> None:
    two = fleet_of([make("a", "6.1"), make("b", "6.1")])
    assert two["a"]["system"]["kernel"] is TOO_FEW
    four = fleet_of([make(node, kernel) for node, kernel in zip("abcd", "1122", strict=True)])
    assert four["a"]["system"]["kernel"] is NO_MAJORITY
    unknown = fleet_of([make("a", None), make("b", "6.1"), make("c", "6.1")])
    assert unknown["a"]["system"]["kernel"] is TOO_FEW


def test_only_nodes_of_one_kind_are_compared() -> None:
    kinds = {"a": "x", "b": "x", "c": "x", "d": "y"}
    nodes = [make("a", "1"), make("b", "1"), make("c", "1"), make("d", "2")]
    fleets = fleet_of(nodes, kinds)
    assert fleets["a"]["system"]["kernel"] == "1"
    assert fleets["d"]["system"]["kernel"] is TOO_FEW


def test_unreachable_nodes_take_no_part() -> None:
    assert fleet_of([NodeFacts("a", "no route"), make("b", "1")]).keys() == {"b"}


def test_paths_are_found_in_the_rules_themselves() -> None:
    text = (
        "[g for g in gpu.gpus if g.vbios != fleet.gpu.gpus[g.uuid].vbios and fleet.system.x == 1]"
    )
    tree = parse_value(text, ["gpu", "fleet"]).tree
    found = {("gpu", "gpus", "[uuid]", "vbios"), ("system", "x")}
    assert find_paths([tree, {"not": "a tree"}], "fleet") == found
    assert find_paths(tree, "rates") == set()
