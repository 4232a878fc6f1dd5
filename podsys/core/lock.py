"""podsys.lock: the exact knowledge, systems and packages a workspace was made with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from podsys import __version__
from podsys.core.document import Path, check_document, read_document
from podsys.core.matches import find_mismatches
from podsys.core.releases import ReleaseBook
from podsys.core.versions import is_of
from podsys.model.facts import NodeFacts
from podsys.model.lock import Lock, LockedComponent, LockedRelease
from podsys.model.nodeset import expand, fold
from podsys.model.problem import Problem

HEADER = "# Made by podsys init: what this workspace was made with. Do not edit.\n"
AGAIN = "podsys init --upgrade makes it anew"


def make_lock(
    catalog_sha256: str,
    ansible_core: str,
    facts: Mapping[str, NodeFacts],
    releases: Iterable[LockedRelease] = (),
) -> str:
    """The file's text; equal input gives equal bytes."""
    systems: dict[tuple[str, str, str], list[str]] = {}
    for name, found in facts.items():
        key = tuple(str(found.get(f"system.{part}")) for part in ("os", "os_version", "kernel"))
        systems.setdefault((key[0], key[1], key[2]), []).append(name)
    lock: dict[str, Any] = {
        "podsys": __version__,
        "ansible_core": ansible_core,
        "catalog_sha256": catalog_sha256,
        "systems": [
            {"os": os, "version": version, "kernel": kernel, "nodes": fold(sorted(names))}
            for (os, version, kernel), names in sorted(systems.items())
        ],
    }
    locked = sorted(releases, key=lambda one: (one.release, one.nodes))
    if locked:
        lock["releases"] = [as_data(one) for one in locked]
    return HEADER + yaml.dump(lock, Dumper=_Dumper, sort_keys=False, width=4096)


def read_lock(text: str, file: str, book: ReleaseBook) -> tuple[Lock | None, list[Problem]]:
    """An edit that makes an impossible set is named with its rule, any other as an edit."""
    document = read_document(text, file)
    lock = check_document(document, Lock)
    for position, locked in enumerate(lock.releases if lock else ()):
        before = len(document.problems)
        for part, message, hint in _find_faults(locked, book):
            path: Path = ("releases", position, "components", part, "version")
            document.add(path, f"{locked.release}: {message}", hint)
        if len(document.problems) == before and locked.digest != digest_of(locked.components):
            message = f"{locked.release}: its components were edited by hand"
            document.add(("releases", position, "digest"), message, AGAIN)
    return (None if document.problems else lock), document.problems


def digest_of(components: Mapping[str, LockedComponent]) -> str:
    data = {name: one.model_dump(mode="json") for name, one in components.items()}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def locked_nodes(releases: Iterable[LockedRelease]) -> dict[str, LockedRelease]:
    """What each node shall have; a node is in one entry at most."""
    return {name: one for one in releases for name in expand(one.nodes)}


def as_data(locked: LockedRelease) -> dict[str, Any]:
    """As it is written: what is empty is left out, a package takes a line."""
    data = locked.model_dump(mode="json", exclude_defaults=True)
    for component in data["components"].values():
        for kind in ("packages", "artifacts"):
            if kind in component:
                component[kind] = [_Line(one) for one in component[kind]]
    return data


def _find_faults(locked: LockedRelease, book: ReleaseBook) -> Iterator[tuple[str, str, str]]:
    """Component, message, remedy."""
    for mismatch in find_mismatches(locked.components, book.rules):
        yield mismatch.component, mismatch.text, f"{mismatch.remedy} {AGAIN}"
    release = book.releases.get(locked.release)
    same_file = release and book.digests.get(locked.release) == locked.sha256
    for name, component in locked.components.items():
        known = release.components.get(name) if release else None
        if same_file and known and known.version != component.version:
            message = f"{name} is {component.version}, the release has {known.version}"
            yield name, message, AGAIN
        named = {*known.packages, *known.on_vm} if known else set()
        for package in component.packages:
            if package.name in named and not is_of(package.version, component.version):
                message = f"{package.name} is {package.version}, {name} is {component.version}"
                yield name, message, f"a release moves as one set; {AGAIN}"


class _Line(dict[str, Any]):
    """Written on one line."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Line,
    lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True),
)
