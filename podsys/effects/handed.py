"""Outputs that people hand in: files or stdin, of any origin, so nothing of them is trusted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from podsys.errors import PodsysError

LARGEST = 128 * 1024 * 1024
GZIP, UTF16 = b"\x1f\x8b", (b"\xff\xfe", b"\xfe\xff")


def read_handed_text(path: Path) -> str:
    """The text of a file, or of stdin for `-`; refused where it is binary or endless."""
    try:
        if str(path) == "-":
            return _read(sys.stdin.buffer, "stdin")
        with path.open("rb") as file:
            return _read(file, str(path))
    except FileNotFoundError as error:
        raise PodsysError(f"{path}: no such file", "check the path") from error
    except IsADirectoryError as error:
        raise PodsysError(f"{path}: a folder", "name the files in it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PodsysError(f"{path}: {reason}") from error


def _read(file: BinaryIO, name: str) -> str:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        limit = f"{LARGEST // (1024 * 1024)} MiB"
        raise PodsysError(f"{name}: larger than {limit}", "hand in the tool's output alone")
    if content.startswith(GZIP):
        raise PodsysError(f"{name}: compressed", "unpack it first: gunzip")
    if content.startswith(UTF16):
        raise PodsysError(f"{name}: UTF-16 text", "save it as UTF-8")
    if b"\0" in content:
        raise PodsysError(f"{name}: binary, not the text that a tool printed")
    text = content.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n")
