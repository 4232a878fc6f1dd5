"""Topology: which nodes hang on which leaf switch, as cluster.yaml says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from podsys.core.locate.fabric import Fabric
from podsys.errors import PodsysError
from podsys.model.nodeset import expand
from podsys.model.spec import ClusterSpec


def leaves_of(spec: ClusterSpec) -> dict[str, str]:
    """Node: its leaf switch. Empty when nobody wrote it down: then no switch can be named."""
    return {node: leaf for leaf, text in spec.network.leaves.items() for node in expand(text)}


def fabric_of(spec: ClusterSpec) -> Fabric:
    return Fabric({(node, ""): leaf for node, leaf in leaves_of(spec).items()})


def check_leaves(leaves: Mapping[str, str], nodes: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with network.leaves, as (leaf, message, hint)."""
    known, seen = set(nodes), dict[str, str]()
    for leaf, text in leaves.items():
        try:
            names = expand(text)
        except PodsysError as error:
            yield leaf, error.message, error.hint
            continue
        strangers = [name for name in names if name not in known]
        if strangers:
            yield leaf, f"network.leaves.{leaf}: no node {strangers[0]}", "name nodes as in nodes:"
        twice = [name for name in names if name in seen]
        if twice:
            message = f"network.leaves.{leaf}: {twice[0]} already hangs on {seen[twice[0]]}"
            yield leaf, message, "name the leaf switch of each node once"
        seen |= dict.fromkeys(names, leaf)
