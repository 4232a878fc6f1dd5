"""Files that are either whole or not there."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.chmod(mode)
    new.replace(path)


def read_or(path: Path, default: str = "") -> str:
    """A file's text, or the default where there is none."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return default
