"""podsys.lock: the exact knowledge and systems a workspace was made with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from podsys import __version__
from podsys.errors import PodsysError
from podsys.model.facts import NodeFacts
from podsys.model.nodeset import expand, fold

# What is written of each system; a part that it does not have is left out.
PARTS = {
    "os": "system.os",
    "version": "system.os_version",
    "kernel": "system.kernel",
    "driver": "gpu.module_version",
}


def make_lock(catalog_sha256: str, ansible_core: str, facts: Mapping[str, NodeFacts]) -> str:
    """The file's text; equal input gives equal bytes."""
    systems: dict[tuple[str, ...], list[str]] = {}
    for name, found in facts.items():
        key = tuple(str(found.get(path) or "") for path in PARTS.values())
        systems.setdefault(key, []).append(name)
    lock = {
        "podsys": __version__,
        "ansible_core": ansible_core,
        "catalog_sha256": catalog_sha256,
        "systems": [
            {part: value for part, value in zip(PARTS, values, strict=True) if value}
            | {"nodes": fold(sorted(names))}
            for values, names in sorted(systems.items())
        ],
    }
    header = "# Made by podsys init: what this workspace was made with. Do not edit.\n"
    return header + yaml.safe_dump(lock, sort_keys=False)


def read_lock(text: str) -> dict[str, dict[str, str]]:
    """What each node was when the lock was made; a lock that cannot be read says nothing."""
    try:
        lock: Any = yaml.safe_load(text)
        systems = [(expand(str(one.pop("nodes"))), one) for one in lock["systems"]]
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, PodsysError):
        return {}
    return {node: one for nodes, one in systems for node in nodes}
