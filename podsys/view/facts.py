"""Everything the probe brought home, for the evidence of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podsys.model.facts import NodeFacts
from podsys.model.item import Reading
from podsys.model.nodeset import fold


def facts_as_json(facts: Mapping[str, NodeFacts]) -> dict[str, Any]:
    """Facts by node; readings by item, each once with all nodes that read it so."""
    return {
        "nodes": {
            name: {
                "error": found.error,
                "sections": {key: section.data for key, section in found.sections.items()},
            }
            for name, found in facts.items()
        },
        "readings": {
            item: [{"reading": reading, "nodes": fold(nodes)} for reading, nodes in groups]
            for item, groups in group_by_item(facts).items()
        },
    }


def group_by_item(facts: Mapping[str, NodeFacts]) -> dict[str, list[tuple[Reading, list[str]]]]:
    """Readings that the probe shares between nodes are one; equal ones it does not, are two."""
    groups: dict[tuple[str, int], tuple[Reading, list[str]]] = {}
    for name, found in facts.items():
        for item, reading in found.readings.items():
            key = (item, id(reading))
            if key in groups:
                groups[key][1].append(name)
            else:
                groups[key] = (reading, [name])
    by_item: dict[str, list[tuple[Reading, list[str]]]] = {}
    for (item, _), group in groups.items():
        by_item.setdefault(item, []).append(group)
    return by_item
