"""A whole folder replaced at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> bool:
    """Make `root` hold exactly `files`; False when it did already.

    The new tree is complete on disk before it takes the old one's place. Files whose
    content stays are linked, so they keep their time of change.
    """
    wanted = {name: _as_bytes(content) for name, content in files.items()}
    recover_tree(root)
    if _read_tree(root) == wanted:
        return False
    fresh = _beside(root, "new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, content in wanted.items():
        _place(root / name, fresh / name, content)
    _swap(root, fresh)
    return True


def recover_tree(root: Path) -> None:
    """Finish what a killed run began: the old tree stands until the new one has its name."""
    old = _beside(root, "old")
    if old.exists() and not root.exists():
        old.rename(root)
    shutil.rmtree(old, ignore_errors=True)


def _swap(root: Path, fresh: Path) -> None:
    old = _beside(root, "old")
    if root.exists():
        root.rename(old)
    fresh.rename(root)
    _sync_folder(root.parent)
    shutil.rmtree(old, ignore_errors=True)


def _place(old: Path, new: Path, content: bytes) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    if old.is_file() and not old.is_symlink() and old.read_bytes() == content:
        os.link(old, new)
        return
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read_tree(root: Path) -> dict[str, bytes]:
    """Caches that Python leaves beside modules are nobody's content."""
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in root.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def _beside(root: Path, suffix: str) -> Path:
    return root.with_name(f".{root.name}.{suffix}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _as_bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
