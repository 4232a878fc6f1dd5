"""What a bundle must hold, found from what nodes want and from what their apt answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from podsys.core.pins import version_of
from podsys.core.releases import ReleaseBook
from podsys.model.bundle import Download, IndexFile, LeftOut
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.lock import LockedRelease

# Ansible's own apt module works through it.
ALWAYS = ("python3-apt",)


@dataclass(frozen=True, slots=True)
class Kind:
    """Nodes that one of them can speak for: the same system wants the same packages."""

    system: str
    packages: tuple[str, ...]
    nodes: tuple[str, ...]


def system_of(found: NodeFacts) -> str:
    """`debian-12`; empty when that is not known."""
    name, version = found.get("system.os"), found.get("system.os_version")
    return f"{name}-{version}" if name and version else ""


def find_kinds(wanted: Mapping[str, Iterable[Item]], facts: Mapping[str, NodeFacts]) -> list[Kind]:
    """`wanted` of every node whose facts are known; what it shall install decides."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for node, items in wanted.items():
        packages = tuple(sorted({*ALWAYS, *(spec_of(i) for i in items if i.kind == "package")}))
        groups.setdefault((system_of(facts[node]), packages), []).append(node)
    return [Kind(system, packages, tuple(nodes)) for (system, packages), nodes in groups.items()]


def spec_of(item: Item) -> str:
    """As apt takes it: `name`, or `name=version` where it must be that one."""
    return f"{item.key}={version_of(item)}" if version_of(item) else item.key


def package_downloads(system: str, files: Iterable[IndexFile]) -> Iterator[Download]:
    for file in files:
        yield Download(
            path=pool_path(system, file),
            kind="package",
            name=file.name,
            version=file.version,
            arch=file.arch,
            system=system,
            origin=file.uri,
            size=file.size,
            sha256=file.sha256,
        )


def pool_path(system: str, file: IndexFile) -> str:
    """Without the epoch, as archives name their files."""
    version = file.version.partition(":")[2] or file.version
    return f"pool/{system}/{file.name}_{version}_{file.arch}.deb"


def write_indexes(system: str, files: Sequence[IndexFile]) -> dict[str, str]:
    """Path -> text of the Packages files: one for each architecture, with what fits all in each."""
    found = sorted({file.arch for file in files} - {"all"}) or ["all"]
    return {
        f"dists/{system}/main/binary-{arch}/Packages": "".join(
            f"{_moved(file.stanza, pool_path(system, file))}\n\n"
            for file in sorted(files, key=lambda one: (one.name, one.version))
            if file.arch in (arch, "all")
        )
        for arch in found
    }


def _moved(stanza: str, path: str) -> str:
    """The paragraph as it was signed by its archive, but for the place of the file."""
    return re.sub(r"^Filename: .*$", lambda _: f"Filename: {path}", stanza, count=1, flags=re.M)


def release_downloads(
    locked: Iterable[LockedRelease], book: ReleaseBook
) -> tuple[list[Download], list[LeftOut]]:
    """Sources and keys that releases name beside their packages; no bundle fails for them."""
    downloads: dict[str, Download] = {}
    left_out: dict[str, LeftOut] = {}
    for release in locked:
        for name, component in release.components.items():
            for one in component.artifacts:
                path = f"sources/{name}/{_last(one.url)}"
                if one.sha256:
                    wanted = Download(path, "source", name, one.url, component.version)
                    downloads[path] = _optional(wanted, one.sha256)
                else:
                    reason = f"no hash of a file: take {one.tag or one.commit} of it with git"
                    left_out[one.url] = LeftOut(name=name, origin=one.url, reason=reason)
        for name, url in _keys(release, book):
            path = f"keys/{release.release}/{name}/{_last(url)}"
            downloads[path] = _optional(Download(path, "key", name, url))
    return list(downloads.values()), list(left_out.values())


def _optional(wanted: Download, sha256: str | None = None) -> Download:
    return replace(wanted, sha256=sha256, required=False)


def _keys(release: LockedRelease, book: ReleaseBook) -> Iterator[tuple[str, str]]:
    known = book.releases.get(release.release)
    for name, origin in known.origins.items() if known else ():
        if origin.key:
            yield name, origin.key


def _last(url: str) -> str:
    """A file name that may stand in a manifest."""
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9._+~-]", "_", name).lstrip(".+~-") or "file"
