"""podsys bundle: everything that nodes without internet need, in one file."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from podsys import __version__
from podsys.commands.bundle_gather import Contents, gather_contents
from podsys.commands.bundle_rpms import check_signatures, make_indexes
from podsys.commands.common import Cluster, load_cluster
from podsys.commands.interrupt import stop_flag
from podsys.core.bundle_check import parse_manifest
from podsys.effects.bundle_file import free_bytes, read_manifest, read_members, write_bundle
from podsys.effects.download import DiskFullError, Fetcher, measure_rate
from podsys.effects.downloads import fetch_all
from podsys.effects.sources import reuse_kept
from podsys.errors import ExitCode, PodsysError
from podsys.model.bundle import BundleItem, Download, Fetched, LeftOut, Manifest
from podsys.view import bundle as view
from podsys.view.progress import Progress, progress

# Less than this is fetched sooner than its speed is known.
WORTH_MEASURING = 20_000_000
LOCK, WHOLE = "lock", "bundle.tar"


@dataclass(frozen=True, slots=True)
class Options:
    verify: bool = False
    proxy: str | None = None
    as_json: bool = False


def bundle(root: Path, file: Path, options: Options) -> ExitCode:
    """FILE is whole or not there; what was fetched for it stays in FILE.partial until it is."""
    if options.verify:
        return verify_bundle(file, as_json=options.as_json)
    cluster, file = load_cluster(root), file.absolute()
    started = time.monotonic()
    with (
        claim_partial(file) as partial,
        progress("bundle", shown=not options.as_json) as watch,
        stop_flag() as stop,
    ):
        contents = gather_contents(cluster, watch, options.proxy)
        fetcher = Fetcher(partial, contents.proxies, stop)
        wanted = contents.downloads
        reuse_kept(cluster.workspace.packages, fetcher, wanted)
        estimate = _estimate(file, fetcher, contents, wanted)
        view.tell_estimate(estimate, watch)
        found = _fetch(fetcher, wanted, watch)
        outcomes = check_signatures(contents, fetcher, list(zip(wanted, found, strict=True)))
        failed = [one for one in outcomes if one[0].required and one[1].status == "failed"]
        if not failed:
            watch.stage(f"write {file.name}")
            _write(file, fetcher, cluster, contents, outcomes)
            shutil.rmtree(partial)
    view.show_result(file, estimate, outcomes, contents.left_out, time.monotonic() - started,
                     as_json=options.as_json)  # fmt: skip
    return ExitCode.FAILED if failed else ExitCode.GOOD


@contextmanager
def claim_partial(file: Path) -> Iterator[Path]:
    """The folder beside FILE that keeps what is there already, for one command at a time."""
    partial = file.with_name(file.name + ".partial")
    if file.is_dir() or not file.parent.is_dir():
        raise PodsysError(f"{file}: no place for a file", "name a file in a folder that is there")
    try:
        partial.mkdir(exist_ok=True)
        lock = (partial / LOCK).open("a")
    except OSError as error:
        raise PodsysError(f"{partial}: {error.strerror}", "name another file") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another podsys bundle is at work on {file}"
            raise PodsysError(message, "wait for it to end", ExitCode.FAILED) from error
        (partial / WHOLE).unlink(missing_ok=True)  # a killed command's, which is no use
        try:
            yield partial
        finally:
            if [path.name for path in partial.glob("*")] == [LOCK]:
                shutil.rmtree(partial)


def _estimate(
    file: Path, fetcher: Fetcher, contents: Contents, wanted: Sequence[Download]
) -> view.Estimate:
    """PodsysError when the disk is too small for what is to come."""
    sizes = {fetcher.find(one): one for one in wanted}
    whole = sum(one.size or 0 for one in sizes.values())
    waiting = {path: one for path, one in sizes.items() if not path.exists()}
    here = whole - sum(one.size or 0 for one in waiting.values())
    here += sum(part.stat().st_size for part in fetcher.folder.glob("*.part"))
    # The file is put together beside its parts, and only then they go.
    needed, free = whole - here + whole, free_bytes(fetcher.folder)
    if needed > free:
        raise PodsysError(
            f"{file.parent}: {view.size(needed)} are needed there, {view.size(free)} are free",
            "make room, or name a file on another disk",
            ExitCode.FAILED,
        )
    rate = _measure(fetcher, list(waiting.values())) if whole - here > WORTH_MEASURING else 0.0
    return view.Estimate(tuple(contents.files), len(sizes), whole, here, needed, free, rate)


def _measure(fetcher: Fetcher, waiting: Sequence[Download]) -> float:
    try:
        return measure_rate(fetcher, max(waiting, key=lambda one: one.size or 0))
    except DiskFullError:
        return 0.0


def _fetch(fetcher: Fetcher, wanted: Sequence[Download], watch: Progress) -> list[Fetched]:
    watch.stage("fetch", total=len({fetcher.find(one) for one in wanted}), unit="file")
    return fetch_all(fetcher, wanted, lambda one, done: watch.node(one.title, done.reason))


def _write(
    file: Path,
    fetcher: Fetcher,
    cluster: Cluster,
    contents: Contents,
    outcomes: Sequence[tuple[Download, Fetched]],
) -> None:
    """Put together under another name, and given its own when it is whole and on disk."""
    came = [one for one in outcomes if one[1].status != "failed"]
    texts = {
        (system, path): text.encode()
        for system, indexes in contents.indexes().items()
        for path, text in indexes.items()
    }
    for system, path, content in make_indexes(fetcher, [wanted for wanted, _ in came]):
        texts[system, path] = content
    items = [_index_item(system, path, text) for (system, path), text in texts.items()]
    items += [_item(wanted, done) for wanted, done in came]
    missing = [_left_out(*one) for one in outcomes if one[1].status == "failed"]
    lock = cluster.workspace.lock_file
    manifest = Manifest(
        podsys_bundle=1,
        podsys=__version__,
        cluster=cluster.spec.cluster,
        made=datetime.now(UTC).replace(microsecond=0),
        lock_sha256=hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        systems=tuple(sorted(contents.files)),
        items=tuple(items),
        left_out=(*contents.left_out, *missing),
    )
    members: dict[str, Path | bytes] = {path: text for (_, path), text in texts.items()}
    members |= {wanted.path: fetcher.find(wanted) for wanted, _ in came}
    aside = fetcher.folder / WHOLE
    try:
        write_bundle(aside, manifest.model_dump_json(indent=1).encode(), members)
        aside.replace(file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        message = f"{file} cannot be written: {error.strerror}"
        raise PodsysError(message, "what was fetched is kept", ExitCode.FAILED) from error


def _index_item(system: str, path: str, text: bytes) -> BundleItem:
    folder, name = path.split("/")[-2:]
    arch = folder.removeprefix("binary-") if folder.startswith("binary-") else ""
    digest = hashlib.sha256(text).hexdigest()
    return BundleItem(
        path=path, kind="index", name=name, arch=arch, system=system,
        size=len(text), sha256=digest,
    )  # fmt: skip


def _item(wanted: Download, done: Fetched) -> BundleItem:
    return BundleItem(
        path=wanted.path, kind=wanted.kind, name=wanted.name, version=wanted.version,
        arch=wanted.arch, system=wanted.system, origin=wanted.origin,
        size=done.size, sha256=done.sha256,
    )  # fmt: skip


def _left_out(wanted: Download, done: Fetched) -> LeftOut:
    return LeftOut(name=wanted.name, origin=wanted.origin, reason=done.reason)


def verify_bundle(file: Path, *, as_json: bool) -> ExitCode:
    """Every member against the manifest, the manifest against its form."""
    text = read_manifest(file)
    manifest = parse_manifest(text, str(file))
    with progress("verify", shown=not as_json) as watch:
        watch.stage("read", total=len(manifest.items), unit="file")
        for item, content in read_members(file, manifest):
            for _ in content:
                pass
            watch.node(item.name)
    view.show_verified(file, manifest, hashlib.sha256(text).hexdigest(), as_json=as_json)
    return ExitCode.GOOD
