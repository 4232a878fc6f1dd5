"""What the numbers of a finding were made with: transport, algorithm, as the tool tells it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from podsys.model.finding import Finding, Measurement
from podsys.model.output import Setup

# So many ways to be made are named; a finding about all nodes may have many.
SHOWN = 3


def describe_setup(setup: Setup) -> str:
    return ", ".join(f"{key} {value}" for key, value in setup.items())


def tell_setups(findings: Iterable[Finding], measurements: Sequence[Measurement]) -> list[Finding]:
    """A pair that took another way than the others is seen at once."""
    texts: dict[frozenset[str], list[str]] = {}
    for one in measurements:
        if one.setup and one.value is not None:
            texts.setdefault(frozenset(one.nodes), []).append(describe_setup(one.setup))
    of_node: dict[str, list[str]] = {}
    for nodes, found in texts.items():
        for node in nodes:
            of_node.setdefault(node, []).extend(found)
    return [_tell(one, texts, of_node) for one in findings] if texts else list(findings)


def _tell(
    finding: Finding, texts: dict[frozenset[str], list[str]], of_node: dict[str, list[str]]
) -> Finding:
    own = texts.get(frozenset(finding.nodes)) or [
        text for node in finding.nodes for text in of_node.get(node, ())
    ]
    ways = list(dict.fromkeys(own))
    if not ways:
        return finding
    more = f", and {len(ways) - SHOWN} ways more" if len(ways) > SHOWN else ""
    made = " or ".join(ways[:SHOWN]) + more
    return replace(finding, evidence=f"{finding.evidence}; made with {made}")
