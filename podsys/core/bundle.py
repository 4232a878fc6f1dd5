"""What a bundle must hold, found from what nodes want and what their package managers answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from podsys.core.pins import version_of
from podsys.core.releases import ReleaseBook
from podsys.model.build import Build
from podsys.model.bundle import Download, IndexFile, LeftOut
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.lock import LockedRelease
from podsys.model.release import Artifact
from podsys.model.role import Family

# Ansible's own apt module works through it; for dnf it is there already.
ALWAYS: Mapping[Family, tuple[str, ...]] = {"debian": ("python3-apt",), "rhel": ()}
DPKG_ARCH = {"x86_64": "amd64", "aarch64": "arm64"}
# Packages that fit every architecture have it.
ANY_ARCH = ("all", "noarch")


@dataclass(frozen=True, slots=True)
class Kind:
    """Nodes that one of them can speak for: the same system, on the same architecture, wants
    the same packages."""

    family: Family
    system: str
    arch: str
    packages: tuple[str, ...]
    nodes: tuple[str, ...]


def system_of(found: NodeFacts) -> str:
    """`debian-12`; empty when that is not known."""
    name, version = found.get("system.os"), found.get("system.os_version")
    return f"{name}-{version}" if name and version else ""


def arch_of(found: NodeFacts, family: Family) -> str:
    """As dpkg calls it, or rpm."""
    name = str(found.get("system.arch") or "")
    return DPKG_ARCH.get(name, name) if family == "debian" else name


def find_kinds(
    wanted: Mapping[str, Iterable[Item]],
    facts: Mapping[str, NodeFacts],
    families: Mapping[str, Family],
    builds: Mapping[str, Sequence[Build]] = MappingProxyType({}),
) -> list[Kind]:
    """`wanted` of every node whose facts are known; what it shall install decides."""
    groups: dict[tuple[Family, str, str, tuple[str, ...]], list[str]] = {}
    for node, items in wanted.items():
        family = families[node]
        packages = specs_of(items, family, builds.get(node, ()))
        key = (family, system_of(facts[node]), arch_of(facts[node], family), packages)
        groups.setdefault(key, []).append(node)
    return [Kind(*key, tuple(nodes)) for key, nodes in groups.items()]


def specs_of(
    items: Iterable[Item], family: Family, builds: Sequence[Build] = ()
) -> tuple[str, ...]:
    """All that a node must be able to install. Packages that podsys builds are in no archive: of
    these, what building and running them takes."""
    built = {build.name for build in builds}
    specs = {spec_of(i) for i in items if i.kind == "package" and i.key not in built}
    taken = {name for build in builds for name in (*build.packages, *build.depends)}
    return tuple(sorted({*ALWAYS[family], *specs, *taken}))


def spec_of(item: Item) -> str:
    """`name`, or `name=version` where it must be that one."""
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
            rpm_signed=file.rpm_signed,
        )


def pool_path(system: str, file: IndexFile) -> str:
    """Without the epoch, as archives name their files."""
    version = file.version.partition(":")[2] or file.version
    if file.form == "deb":
        return f"pool/{system}/{file.name}_{version}_{file.arch}.deb"
    return f"pool/{system}/{file.name}-{version.replace('^', '_')}.{file.arch}.rpm"


def key_downloads(system: str, urls: Iterable[str]) -> Iterator[Download]:
    """Keys that rpms are signed with and that no node of the kind had taken yet."""
    for url in urls:
        name = f"{hashlib.sha256(url.encode()).hexdigest()[:8]}-{_last(url)}"
        yield Download(f"keys/{system}/{name}", "key", _last(url), url, system=system)


def write_indexes(system: str, files: Sequence[IndexFile]) -> dict[str, str]:
    """Path -> text of apt's Packages files: one each architecture, with what fits all in each."""
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
                if one.sha256 or one.commit:
                    wanted = source_download(name, component.version, one)
                    downloads[wanted.path] = replace(wanted, required=False)
                else:
                    reason = f"neither hash nor commit is known: take {one.tag} of it"
                    left_out[one.url] = LeftOut(name=name, origin=one.url, reason=reason)
        for name, url in _keys(release, book):
            path = f"keys/{release.release}/{name}/{_last(url)}"
            downloads[path] = Download(path, "key", name, url, required=False)
    return list(downloads.values()), list(left_out.values())


def source_download(name: str, version: str, artifact: Artifact) -> Download:
    """A file where its hash is known, else the repository at its commit."""
    if artifact.sha256:
        path = f"sources/{name}/{_last(artifact.url)}"
        return Download(path, "source", name, artifact.url, version, sha256=artifact.sha256)
    path = f"sources/{name}/{artifact.commit}.tar"
    return Download(path, "source", name, artifact.url, version, commit=artifact.commit)


def _keys(release: LockedRelease, book: ReleaseBook) -> Iterator[tuple[str, str]]:
    known = book.releases.get(release.release)
    for name, origin in known.origins.items() if known else ():
        if origin.key:
            yield name, origin.key


def _last(url: str) -> str:
    """A file name that may stand in a manifest."""
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9._+~-]", "_", name).lstrip(".+~-") or "file"
