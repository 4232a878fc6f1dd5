"""What stands above the lists of packages in repositories of apt and dnf, and is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from podsys.model.bundle import BundleItem, Manifest

REPOMD = "/repodata/repomd.xml"


def write_releases(manifest: Manifest, date: str) -> dict[str, str]:
    """Suite -> its Release file, which names every index of the suite with size and hash.

    `date` as RFC 1123 has it. https://wiki.debian.org/DebianRepository/Format
    """
    with_apt = [name for name in manifest.systems if name not in find_repomds(manifest)]
    return {system: _write_release(system, manifest, date) for system in with_apt}


def find_repomds(manifest: Manifest) -> dict[str, str]:
    """System -> path of the file that names every index of dnf's with size and hash."""
    return {
        one.system: one.path
        for one in manifest.items
        if one.kind == "index" and one.path.endswith(REPOMD)
    }


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
