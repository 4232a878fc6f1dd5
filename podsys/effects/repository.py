"""A bundle unpacked as the repositories that nodes are served."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from podsys.effects.bundle_file import free_bytes, read_members
from podsys.effects.cache import find_folder
from podsys.errors import ExitCode, PodsysError
from podsys.model.bundle import SERVED, Manifest

SHARED = Path("/var/cache/podsys")


def find_place(workspace: Path) -> Path:
    """Where this workspace's repositories lie: beside other caches, for whoever serves them.

    Not in the workspace, which the unprivileged server of a root's podsys must not enter.
    """
    base = SHARED if os.geteuid() == 0 else find_folder()
    if base is None:
        raise PodsysError(
            "no cache folder of your own", "set XDG_CACHE_HOME to one", ExitCode.FAILED
        )
    name = hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()[:12]
    return base / "bundles" / name


def unpack_repository(
    file: Path,
    manifest: Manifest,
    target: Path,
    write_tops: Callable[[Path], Mapping[str, str]],
) -> None:
    """`target` is the whole repository, or it is not there. Others beside it are removed.

    `write_tops`: from its folder to path and text of what stands above the indexes, signed.
    """
    if target.exists():
        return
    _make_place(target.parent)
    _refuse_full(target.parent, manifest)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-"))
    try:
        for path, content in _contents(file, manifest):
            _write(aside / path, content)
        for path, text in write_tops(aside).items():
            _write(aside / path, iter([text.encode()]))
        _open_to_all(aside)
        aside.rename(target)
    except OSError as error:
        message = f"{file} cannot be unpacked to {target.parent}: {error.strerror}"
        raise PodsysError(message, "see that there is room", ExitCode.FAILED) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for other in target.parent.iterdir():
        if other.is_dir() and other != target:
            shutil.rmtree(other, ignore_errors=True)
        elif other.is_file():
            other.unlink()  # how an older one was served


def _contents(file: Path, manifest: Manifest) -> Iterator[tuple[str, Iterator[bytes]]]:
    for item, content in read_members(file, manifest):
        if item.kind in SERVED:
            yield item.path, content
        else:
            for _ in content:  # looked at, because a damaged bundle is not served
                pass


def _make_place(folder: Path) -> None:
    """Whatever the umask: the server is somebody else."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_relative_to(SHARED):
        for one in (folder, folder.parent, folder.parent.parent):
            one.chmod(0o755)


def _refuse_full(folder: Path, manifest: Manifest) -> None:
    needed, free = sum(item.size for item in manifest.items), free_bytes(folder)
    if needed > free:
        message = f"{folder}: the bundle takes {needed} bytes there, and {free} are free"
        raise PodsysError(message, "make room there", ExitCode.FAILED)


def _write(path: Path, content: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        for chunk in content:
            file.write(chunk)


def _open_to_all(root: Path) -> None:
    """To read, and to nobody else to write."""
    root.chmod(0o755)
    for path in root.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
