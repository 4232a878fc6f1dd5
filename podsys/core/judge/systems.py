"""Is a node of a system that podsys can work on? On any other its packages, files and services are
looked at by nobody, and a node of which nothing is wanted would pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.role import FAMILIES
from podsys.model.status import Status

CHECK, SUITE = "system.supported", "passive"
KNOWN = "Debian, Ubuntu, Rocky and their kin"


def judge_systems(facts: Mapping[str, NodeFacts]) -> Iterator[Finding]:
    """Nothing where all are; nodes that do not answer are judged elsewhere."""
    nodes: dict[tuple[str, str], list[str]] = {}
    for node, found in facts.items():
        if found.reachable and found.get("system.os_family") not in FAMILIES:
            nodes.setdefault(_explain(found), []).append(node)
    for (evidence, remedy), names in nodes.items():
        yield Finding(
            CHECK, SUITE, tuple(names), Status.UNKNOWN,
            expected=KNOWN, evidence=evidence, remedy=remedy,
        )  # fmt: skip


def _explain(found: NodeFacts) -> tuple[str, str]:
    name = f"{found.get('system.os') or ''} {found.get('system.os_version') or ''}".strip()
    if not name:
        return "its system could not be read", "see what its probe says of system"
    return (
        f"podsys does not know {name}: nothing there was changed, and its packages, files and"
        " services were not looked at",
        "install one of these there, or take the node out of cluster.yaml",
    )
