"""A rendered tree of files, and how it gets into a folder that is bind-mounted into a node.

Files are written in place and folders that something is mounted from stay, so that the node
sees every change. What a tool in the node wrote (`setpci` writes into `config`) stays until
the rendering of that very file changes, or until all is written anew, at a reboot.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, its target as the kernel writes it: relative."""

    target: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is there even when nothing is in it."""


Entry = bytes | Link | Folder
# Absolute path inside the node -> what stands there.
Files = Mapping[str, Entry]


def link_to(path: str, target: str) -> Link:
    """A relative link at `path`; both are absolute paths inside the node."""
    return Link(os.path.relpath(target, Path(path).parent))


def write_files(folder: Path, files: Files) -> None:
    """Everything anew: the folder holds exactly these files afterwards."""
    update_files(folder, {}, files)
    wanted = {folder / path[1:] for path in files}
    kept = wanted | {parent for path in wanted for parent in path.parents}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path not in kept:
            _remove(path)


def update_files(folder: Path, before: Files, files: Files) -> None:
    """Write what differs between two renderings, and remove what is no longer rendered."""
    kept = {folder, *(folder / path[1:] for path in files)}
    for path in sorted(set(before) - set(files), reverse=True):
        gone = folder / path[1:]
        _remove(gone)
        _remove_empty(gone.parent, kept)
    for path, entry in files.items():
        if before.get(path) != entry:
            _write(folder / path[1:], entry)


def _write(path: Path, entry: Entry) -> None:
    target = path if isinstance(entry, Folder) else path.parent
    target.mkdir(parents=True, exist_ok=True)
    if isinstance(entry, Link):
        path.unlink(missing_ok=True)
        path.symlink_to(entry.target)
    elif isinstance(entry, bytes):
        if path.is_symlink():
            path.unlink()
        _write_in_place(path, entry)


def _write_in_place(path: Path, content: bytes) -> None:
    """Never empty in between: somebody may be reading."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        if file.read() != content:
            file.seek(0)
            file.write(content)
            file.truncate()


def _remove(path: Path) -> None:
    """A folder that still holds something stays."""
    if path.is_dir() and not path.is_symlink():
        with suppress(OSError):
            path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _remove_empty(path: Path, kept: Set[Path]) -> None:
    """A folder, and those above it, as far as nothing else is in them and nobody wants them."""
    while path not in kept and path.is_dir() and not any(path.iterdir()):
        path.rmdir()
        path = path.parent
