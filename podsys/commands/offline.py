"""The bundle that cluster.yaml names: known from its manifest, and served while nodes need it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

from podsys.core.bundle_check import parse_manifest, refuse_unserved
from podsys.core.rendering import Layout
from podsys.core.repository import find_repomds, repository_id, write_releases
from podsys.effects.bundle_file import read_manifest
from podsys.effects.gpg import clearsign, detach_sign, ensure_repository_key
from podsys.effects.repository import find_place, unpack_repository
from podsys.effects.webserver import refuse_unservable, serve
from podsys.effects.workspace import Workspace
from podsys.model.bundle import Archive, Manifest
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.spec import ClusterSpec


@dataclass(frozen=True, slots=True)
class Offline:
    """`id` names the repository that this bundle becomes with this workspace's key."""

    file: Path
    manifest: Manifest
    id: str
    archive: Archive


def load_offline(workspace: Workspace, spec: ClusterSpec) -> Offline | None:
    """None where cluster.yaml names no bundle. The bundle's manifest is read, and no more."""
    if spec.bundle is None:
        return None
    file = workspace.root / spec.bundle.file
    manifest, digest = _load_manifest(file, _stamp(file))
    key = ensure_repository_key(workspace.root)
    name = repository_id(digest, key)
    url = f"http://{spec.bundle.listen}:{spec.bundle.port}/{name}"
    return Offline(file, manifest, name, Archive(url, key))


def load_archive(workspace: Workspace, spec: ClusterSpec) -> Archive | None:
    offline = load_offline(workspace, spec)
    return offline.archive if offline else None


def _stamp(file: Path) -> tuple[int, int]:
    try:
        about = file.stat()
    except OSError:
        return 0, 0  # who reads it says what is wrong
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=2)
def _load_manifest(file: Path, stamp: tuple[int, int]) -> tuple[Manifest, str]:
    content = read_manifest(file)
    return parse_manifest(content, str(file)), hashlib.sha256(content).hexdigest()


def check_offline(
    workspace: Workspace,
    spec: ClusterSpec,
    wanted: Mapping[str, tuple[Item, ...]],
    facts: Mapping[str, NodeFacts],
    layout: Layout,
) -> None:
    """Before anything is changed: whether this machine can serve it, and to all these nodes."""
    if spec.bundle and (offline := load_offline(workspace, spec)):
        refuse_unservable(spec.bundle.listen, spec.bundle.port)
        reachable = {node: found for node, found in facts.items() if found.reachable}
        built = {one.name for builds in layout.builds.values() for one in builds}  # in no archive
        asked = {n: [i for i in wanted[n] if i.key not in built] for n in reachable}
        refuse_unserved(offline.file.name, offline.manifest, asked, reachable, layout.families)


def unpack_bundle(workspace: Workspace, spec: ClusterSpec) -> Path | None:
    """The folder to serve, made where it is not there yet; every byte is looked at."""
    offline = load_offline(workspace, spec)
    if offline is None:
        return None
    target = find_place(workspace.root) / offline.id
    manifest = offline.manifest
    unpack_repository(
        offline.file, manifest, target, lambda folder: sign_tops(workspace, manifest, folder)
    )
    return target


@contextmanager
def serve_bundle(workspace: Workspace, spec: ClusterSpec, run: Path) -> Iterator[None]:
    """Nodes can install from it within this block; without a bundle nothing is started."""
    target = unpack_bundle(workspace, spec)
    if target is None or spec.bundle is None:
        yield
        return
    with serve(target, spec.bundle.listen, spec.bundle.port, run / "bundle-server.log"):
        yield


def sign_tops(workspace: Workspace, manifest: Manifest, folder: Path) -> dict[str, str]:
    """Path -> text of what stands above the indexes that lie in this folder, signed."""
    tops: dict[str, str] = {}
    date = format_datetime(manifest.made.astimezone(UTC), usegmt=True)
    for system, text in write_releases(manifest, date).items():
        tops[f"dists/{system}/Release"] = text
        tops[f"dists/{system}/InRelease"] = clearsign(workspace.root, text)
    for path in find_repomds(manifest).values():
        text = (folder / path).read_text(encoding="utf-8")
        tops[f"{path}.asc"] = detach_sign(workspace.root, text)
    return tops
