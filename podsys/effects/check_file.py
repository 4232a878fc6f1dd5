"""The file in which a run of checks tells what it does, one JSON line after the other."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Follower:
    """Reads a file that is still being written: each line once, when it is whole."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def fresh(self) -> list[Line]:
        """What was added since the last call."""
        if not self._file.is_file():
            return []
        with self._file.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        return _parse(whole)


def read_lines(file: Path) -> list[Line]:
    """A line cut off by a crash is no line."""
    return _parse(file.read_bytes()) if file.is_file() else []


def _parse(text: bytes) -> list[Line]:
    found: list[Line] = []
    for line in text.decode(errors="replace").splitlines():
        with suppress(ValueError):
            parsed = json.loads(line)
            if isinstance(parsed, dict):
                found.append(parsed)
    return found
