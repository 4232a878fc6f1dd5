"""Evidence files of a run: their sha256, and nothing outside their folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def hash_evidence(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """sha256 of each named file; one that is missing or lies outside the folder is left out."""
    root = folder.resolve()
    found = {name: _find(root, name) for name in names}
    return {name: hash_file(path) for name, path in found.items() if path}


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _find(root: Path, name: str) -> Path | None:
    """A certificate is foreign text: its paths must not make podsys read the machine."""
    if not name or "\0" in name:
        return None
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, RuntimeError):
        return None
