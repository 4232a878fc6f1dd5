"""Under which names baselines of a machine may stand: its platform, and its product."""

from __future__ import annotations

from collections.abc import Mapping

from podsys.commands.common import Cluster
from podsys.commands.faults import load_platforms
from podsys.core.learn import name_product
from podsys.core.platforms import recognise
from podsys.core.practice import shares_its_machine
from podsys.model.facts import NodeFacts

UNKNOWN = "unknown"


def find_platforms(cluster: Cluster, facts: Mapping[str, NodeFacts]) -> dict[str, str]:
    """As cluster.yaml says; else as the machine looks. A node of no known model has none."""
    found = {}
    for node, seen in facts.items():
        pinned = cluster.spec.nodes[node].platform
        if pinned is None and seen.reachable:
            platform = recognise(seen, tuple(load_platforms().values()))
            pinned = platform.id if platform else None
        if pinned is not None:
            found[node] = pinned
    return found


def platform_names(cluster: Cluster, facts: Mapping[str, NodeFacts]) -> dict[str, tuple[str, ...]]:
    """The most particular name last. A container's product is that of the machine below it."""
    known = {node: found for node, found in facts.items() if node in cluster.spec.nodes}
    platforms = find_platforms(cluster, known)
    return {node: _names(platforms.get(node, ""), found) for node, found in known.items()}


def _names(platform: str, facts: NodeFacts) -> tuple[str, ...]:
    product = "" if shares_its_machine(facts) else name_product(facts)
    names = tuple(dict.fromkeys(name for name in (platform, product) if name))
    return names or (UNKNOWN,)
