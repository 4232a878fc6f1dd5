"""URLs of a release file say version, system and architecture too: they must agree with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from podsys.core.document import Path
from podsys.core.versions import makers_part
from podsys.model.release import Release

Strange = tuple[Path, str, str]
# Words by which makers name architectures and systems in their URLs.
ARCH_WORDS = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "sbsa": "aarch64",
    "arm64": "aarch64",
    "aarch64": "aarch64",
}
SYSTEM_WORDS = {
    "ubuntu2204": ("ubuntu", "22.04"),
    "ubuntu2404": ("ubuntu", "24.04"),
    "jammy": ("ubuntu", "22.04"),
    "noble": ("ubuntu", "24.04"),
    "debian12": ("debian", "12"),
    "bookworm": ("debian", "12"),
    "rhel9": ("rocky", "9"),
    "el9": ("rocky", "9"),
}
KINDS = {"debian": "apt", "ubuntu": "apt", "rocky": "dnf"}


def find_strange_urls(release: Release) -> Iterator[Strange]:
    for name, origin in release.origins.items():
        path: Path = ("origins", name)
        if origin.kind != KINDS[release.system.os]:
            hint = f"kind: {KINDS[release.system.os]}"
            yield (*path, "kind"), f"{release.system.os} does not use {origin.kind}", hint
        for url in filter(None, (origin.url, origin.key, *origin.suites)):
            yield from _check_words(release, path, url, origin.arch)
    for name, component in release.components.items():
        for position, artifact in enumerate(component.artifacts):
            path = ("components", name, "artifacts", position)
            yield from _check_words(release, path, artifact.url, artifact.arch)
            named = release.components.get(artifact.version_of or name, component)
            yield from _check_version(path, named.version, artifact.url, artifact.tag)


def _check_words(
    release: Release, path: Path, url: str, arch: tuple[str, ...]
) -> Iterator[Strange]:
    words = re.split(r"[/._\-~]+", url.replace("x86_64", "amd64").lower())
    for word in words:
        meant = ARCH_WORDS.get(word)
        if meant and set(arch) & set(release.system.arch) != {meant}:
            yield path, f"{url} is for {meant}", f"arch: [{meant}]"
        system = SYSTEM_WORDS.get(word)
        if system and system != (release.system.os, release.system.version):
            wanted = f"{release.system.os} {release.system.version}"
            yield path, f"{url} is for {' '.join(system)}", f"the release is for {wanted}"


def _check_version(path: Path, version: str, url: str, tag: str | None) -> Iterator[Strange]:
    """Where a tag or the file's name has a version, it is the component's."""
    said = tag or url.rpartition("/")[2]
    found = re.findall(r"\d+(?:\.\d+)+", said)
    if found and not any(_same(one, makers_part(version)) for one in (*found, *_folders(url))):
        yield path, f"{said} is not of version {version}", "correct one of the two"


def _folders(url: str) -> list[str]:
    """AMD's files carry the version in another form than the folder above them."""
    return re.findall(r"(?<=/)\d+(?:\.\d+)+(?=/)", url)


def _same(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")
