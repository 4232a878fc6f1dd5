"""The bundle itself: a plain tar, its manifest first, read without trust in any of it."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from podsys.errors import ExitCode, PodsysError
from podsys.model.bundle import MANIFEST, BundleItem, Manifest

LARGEST_MANIFEST = 256 << 20
CHUNK = 1 << 20


def write_bundle(target: Path, manifest: bytes, members: Mapping[str, Path | bytes]) -> None:
    """Every member as it is named; on disk before this returns, and in a name of its own."""
    with target.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, manifest)
            for name, content in members.items():
                _add(tar, name, content)
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, content: Path | bytes) -> None:
    """Nothing of this machine gets in: no owner, no time."""
    about = tarfile.TarInfo(name)
    about.mode = 0o644
    if isinstance(content, bytes):
        about.size = len(content)
        tar.addfile(about, io.BytesIO(content))
        return
    about.size = content.stat().st_size
    with content.open("rb") as file:
        tar.addfile(about, file)


def read_manifest(file: Path) -> bytes:
    """Only the beginning of the file is read."""
    with _open(file) as tar:
        return _read_manifest(tar, file)


def read_members(file: Path, manifest: Manifest) -> Iterator[tuple[BundleItem, Iterator[bytes]]]:
    """Each item with its content in chunks, in the file's order; all of it must be taken.

    PodsysError at the first that is not as the manifest says, and at the end for what is missing.
    """
    known = {item.path: item for item in manifest.items}
    with _open(file) as tar:
        _read_manifest(tar, file)
        for member in _each(tar, file):
            item = known.pop(member.name, None)
            if item is None or not member.isreg() or member.size != item.size:
                raise _damaged(file, f"{member.name} is not what the manifest names")
            content = tar.extractfile(member)
            assert content is not None
            yield item, _checked(file, item, content)
    if known:
        raise _damaged(file, f"{next(iter(known))} is missing, of {len(known)} in all")


def _open(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, mode="r|", errorlevel=2)
    except FileNotFoundError as error:
        hint = "make it: podsys bundle FILE; or correct bundle.file in cluster.yaml"
        raise PodsysError(f"{file}: no such file", hint) from error
    except (tarfile.TarError, EOFError) as error:
        raise PodsysError(f"{file}: no bundle: {error}", "podsys bundle FILE makes one") from error
    except OSError as error:
        raise PodsysError(f"{file}: {error.strerror}") from error


def _each(tar: tarfile.TarFile, file: Path) -> Iterator[tarfile.TarInfo]:
    try:
        while member := tar.next():
            yield member
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(file, f"it is cut off: {error}") from error


def _read_manifest(tar: tarfile.TarFile, file: Path) -> bytes:
    first = tar.next()
    if first is None or first.name != MANIFEST or first.size > LARGEST_MANIFEST:
        hint = "podsys bundle FILE makes one"
        raise PodsysError(f"{file}: no bundle: it does not begin with {MANIFEST}", hint)
    content = tar.extractfile(first)
    try:
        return content.read() if content else b""
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(file, f"it ends within {MANIFEST}") from error


def _checked(file: Path, item: BundleItem, content: IO[bytes]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            yield chunk
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(file, f"it ends within {item.path}") from error
    if digest.hexdigest() != item.sha256:
        raise _damaged(file, f"{item.path} has another sha256 than the manifest names")


def _damaged(file: Path, what: str) -> PodsysError:
    hint = "copy it anew, or make it again; podsys bundle FILE --verify tells"
    return PodsysError(f"{file}: damaged: {what}", hint, ExitCode.FAILED)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
