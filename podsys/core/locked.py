"""The releases of podsys.lock, read with every edit noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from podsys.core.document import Path, check_document, read_document
from podsys.core.matches import find_mismatches
from podsys.core.releases import ReleaseBook
from podsys.core.versions import is_of
from podsys.model.lock import Lock, LockedComponent, LockedRelease
from podsys.model.nodeset import expand
from podsys.model.problem import Problem

AGAIN = "podsys init --upgrade makes it anew"


def parse_lock(text: str, file: str, book: ReleaseBook) -> tuple[Lock | None, list[Problem]]:
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
    data = {name: _dump(one) for name, one in components.items()}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _dump(component: LockedComponent) -> dict[str, Any]:
    """Locks from before recipes have the digest that they had."""
    return component.model_dump(mode="json", exclude=None if component.recipe else {"recipe"})


def locked_nodes(releases: Iterable[LockedRelease]) -> dict[str, LockedRelease]:
    """What each node shall have; a node is in one entry at most."""
    return {name: one for one in releases for name in expand(one.nodes)}


def _find_faults(locked: LockedRelease, book: ReleaseBook) -> Iterator[tuple[str, str, str]]:
    """Component, message, remedy."""
    for mismatch in find_mismatches(locked.components, book.rules):
        yield mismatch.component, mismatch.text, f"{mismatch.remedy} {AGAIN}"
    release = book.releases.get(locked.release)
    same_file = release and book.digests.get(locked.release) == locked.sha256
    for name, component in locked.components.items():
        known = release.components.get(name) if release else None
        if same_file and known and not is_of(component.version, known.version):
            message = f"{name} is {component.version}, the release has {known.version}"
            yield name, message, AGAIN
        named = {*known.packages, *known.on_vm} if known else set()
        for package in component.packages:
            if package.name in named and not is_of(package.version, component.version):
                message = f"{package.name} is {package.version}, {name} is {component.version}"
                yield name, message, f"a release moves as one set; {AGAIN}"
