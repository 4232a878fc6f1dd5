"""podsys.lock: the exact knowledge and systems a workspace was made with."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from podsys import __version__
from podsys.model.facts import NodeFacts
from podsys.model.nodeset import fold


def make_lock(catalog_sha256: str, ansible_core: str, facts: Mapping[str, NodeFacts]) -> str:
    """The file's text; equal input gives equal bytes."""
    systems: dict[tuple[str, str, str], list[str]] = {}
    for name, found in facts.items():
        key = tuple(str(found.get(f"system.{part}")) for part in ("os", "os_version", "kernel"))
        systems.setdefault((key[0], key[1], key[2]), []).append(name)
    lock = {
        "podsys": __version__,
        "ansible_core": ansible_core,
        "catalog_sha256": catalog_sha256,
        "systems": [
            {"os": os, "version": version, "kernel": kernel, "nodes": fold(sorted(names))}
            for (os, version, kernel), names in sorted(systems.items())
        ],
    }
    header = "# Made by podsys init: what this workspace was made with. Do not edit.\n"
    return header + yaml.safe_dump(lock, sort_keys=False)
