"""The texts of an apt repository that stand above its lists of packages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from podsys.model.bundle import BundleItem, Manifest


def write_releases(manifest: Manifest, date: str) -> dict[str, str]:
    """Suite -> its Release file, which names every index of the suite with size and hash.

    `date` as RFC 1123 has it. https://wiki.debian.org/DebianRepository/Format
    """
    return {system: _write_release(system, manifest, date) for system in manifest.systems}


def repository_id(manifest_sha256: str, key: str) -> str:
    """Names the repository in its URL: another bundle or another key is another one."""
    return hashlib.sha256(f"{manifest_sha256} {key}".encode()).hexdigest()[:16]


def _write_release(system: str, manifest: Manifest, date: str) -> str:
    indexes = [i for i in manifest.items if i.kind == "index" and i.system == system]
    return (
        "Origin: podsys\n"
        "Label: podsys bundle\n"
        f"Suite: {system}\n"
        f"Codename: {system}\n"
        f"Date: {date}\n"
        f"Architectures: {' '.join(sorted(one.arch for one in indexes))}\n"
        "Components: main\n"
        f"Description: {manifest.cluster}, bundle of {manifest.made:%Y-%m-%d}\n"
        f"SHA256:\n{''.join(_lines(system, indexes))}"
    )


def _lines(system: str, indexes: Iterable[BundleItem]) -> Iterable[str]:
    for one in indexes:
        yield f" {one.sha256} {one.size} {one.path.removeprefix(f'dists/{system}/')}\n"
