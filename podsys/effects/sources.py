"""Sources that a release has, on the admin node: kept, or out of the bundle, or fetched."""

from __future__ import annotations

import shutil
import threading
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from podsys.effects.bundle_file import read_members
from podsys.effects.download import DiskFullError, Fetcher
from podsys.errors import ExitCode, PodsysError
from podsys.model.bundle import BundleItem, Download, Manifest

FOLDER = "sources"


def keep_sources(packages: Path, wanted: Download) -> Path:
    """The file, below the workspace's packages/; PodsysError with the reason why there is none."""
    folder = packages / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    fetcher = Fetcher(folder, urllib.request.getproxies(), threading.Event())
    try:
        done = fetcher.fetch(wanted)
    except DiskFullError as error:
        raise PodsysError(str(error), "", ExitCode.FAILED) from error
    if done.status == "failed":
        raise PodsysError(
            f"sources of {wanted.title} cannot be fetched from {wanted.origin}: {done.reason}",
            "nothing was changed; podsys bundle, where there is a network, brings them along",
            ExitCode.FAILED,
        )
    return fetcher.find(wanted)


def reuse_kept(packages: Path, fetcher: Fetcher, wanted: Iterable[Download]) -> None:
    """What a deploy fetched already, for another fetcher: its hash is looked at there."""
    for one in wanted:
        target = fetcher.find(one)
        kept = packages / FOLDER / target.name
        if one.kind == "source" and kept.is_file() and not target.exists():
            aside = target.with_suffix(".copy")
            shutil.copyfile(kept, aside)
            aside.replace(target)


def take_from_bundle(
    packages: Path, bundle: Path, manifest: Manifest, wanted: Iterable[Download]
) -> None:
    """Those that are not kept yet; whatever else the bundle lacks is fetched when it is needed."""
    folder = packages / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    fetcher = Fetcher(folder, {}, threading.Event())
    missing = {one.path: fetcher.find(one) for one in wanted if not fetcher.look(one)}
    if missing.keys().isdisjoint(item.path for item in manifest.items):
        return
    for item, content in read_members(bundle, manifest):
        _take(item, content, missing.get(item.path))


def _take(item: BundleItem, content: Iterable[bytes], target: Path | None) -> None:
    """Under its name once it is whole: the reader raises at the end of a damaged one."""
    if target is None:
        for _ in content:
            pass
        return
    aside = target.with_suffix(".part")
    with aside.open("wb") as file:
        for chunk in content:
            file.write(chunk)
    aside.replace(target)
