"""What takes long to make from podsys's own files is kept for the next command.

It lies in the user's cache folder ($XDG_CACHE_HOME/podsys, ~/.cache/podsys) under a digest of
everything it was made from, so a change of any of that makes it anew. Parts of it run on nodes:
a folder that others may write to is not used, nor is a file that is not whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

KEPT = 4  # of each name: several versions of podsys may take turns
DIGEST = hashlib.sha256().digest_size


def keep(name: str, made_from: bytes, make: Callable[[], bytes]) -> bytes:
    """What `make` gives; from the cache where it was made from the same before."""
    folder = find_folder()
    if folder is None:
        return make()
    file = folder / f"{name}-{hashlib.sha256(made_from).hexdigest()[:32]}"
    found = _read(file)
    if found is None:
        found = make()
        _write(file, found)
        _tidy(folder, name)
    return found


def find_folder() -> Path | None:
    """None where there is none that is ours alone; then everything is made anew."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "podsys"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.stat()
    except (OSError, RuntimeError):
        return None
    is_ours = about.st_uid == os.geteuid() and not about.st_mode & 0o022
    return folder if is_ours else None


def _read(file: Path) -> bytes | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    digest, data = content[:DIGEST], content[DIGEST:]
    return data if hashlib.sha256(data).digest() == digest else None


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all; a full disk costs time, nothing else."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        aside.write_bytes(hashlib.sha256(data).digest() + data)
        aside.replace(file)
    except OSError:
        aside.unlink(missing_ok=True)


def _tidy(folder: Path, name: str) -> None:
    try:
        files = sorted(folder.glob(f"{name}-*"), key=lambda file: file.stat().st_mtime)
        for file in files[:-KEPT]:
            file.unlink(missing_ok=True)
    except OSError:
        return
