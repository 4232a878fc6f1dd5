"""podsys.lock: the exact knowledge, systems and packages a workspace was made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from podsys import __version__
from podsys.core.document import Loader
from podsys.core.kernels import find_kernel
from podsys.errors import PodsysError
from podsys.model.facts import NodeFacts
from podsys.model.lock import LockedRelease
from podsys.model.nodeset import expand, fold

HEADER = "# Made by podsys init: what this workspace was made with. Do not edit.\n"
# What is written of each system; a part that it does not have is left out.
PARTS = {
    "os": "system.os",
    "version": "system.os_version",
    "kernel": "system.kernel",
    "driver": "gpu.module_version",
}


def make_lock(
    catalog_sha256: str,
    ansible_core: str,
    facts: Mapping[str, NodeFacts],
    releases: Iterable[LockedRelease] = (),
) -> str:
    """The file's text; equal input gives equal bytes."""
    systems: dict[tuple[str, ...], list[str]] = {}
    for name, found in facts.items():
        key = tuple(str(found.get(path) or "") for path in PARTS.values())
        systems.setdefault(key, []).append(name)
    lock: dict[str, Any] = {
        "podsys": __version__,
        "ansible_core": ansible_core,
        "catalog_sha256": catalog_sha256,
        "systems": [
            {part: value for part, value in zip(PARTS, values, strict=True) if value}
            | {"nodes": fold(sorted(names))}
            for values, names in sorted(systems.items())
        ],
    }
    locked = sorted(releases, key=lambda one: (one.release, one.nodes))
    if locked:
        lock["releases"] = [as_data(one) for one in locked]
    return HEADER + yaml.dump(lock, Dumper=_Dumper, sort_keys=False, width=4096)


def read_lock(text: str) -> dict[str, dict[str, str]]:
    """What each node was when the lock was made; a lock that cannot be read says nothing.

    Where a release is locked, kernel and driver are those of the release, whatever ran then.
    """
    try:
        lock: Any = yaml.load(text, Loader)  # noqa: S506 - a safe loader, in C where there is one
        systems = [(expand(str(one.pop("nodes"))), one) for one in lock["systems"]]
        known = {node: dict(one) for nodes, one in systems for node in nodes}
        for release in lock.get("releases", ()):
            for node in known.keys() & set(expand(release["nodes"])):
                known[node] |= _wanted_by(release["components"])
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError, PodsysError):
        return {}
    return known


def _wanted_by(components: Mapping[str, Any]) -> dict[str, str]:
    """Only kernel modules have a flavour; where the release leaves them to the machine's host,
    they must still be of the version of the driver's libraries."""
    modules = [one["version"] for one in components.values() if one.get("flavour")]
    driver = modules or [components[name]["version"] for name in ("driver",) if name in components]
    packages = [one for part in components.values() for one in part.get("packages", ())]
    kernel = find_kernel((one["name"], one["version"], one["arch"]) for one in packages)
    found = {"driver": "".join(driver[:1]), "kernel": kernel}
    return {name: value for name, value in found.items() if value}


def as_data(locked: LockedRelease) -> dict[str, Any]:
    """As it is written: what is empty is left out, a package takes a line."""
    data = locked.model_dump(mode="json", exclude_defaults=True)
    for component in data["components"].values():
        for kind in ("packages", "artifacts"):
            if kind in component:
                component[kind] = [_Line(one) for one in component[kind]]
    return data


class _Line(dict[str, Any]):
    """Written on one line."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Line,
    lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True),
)
