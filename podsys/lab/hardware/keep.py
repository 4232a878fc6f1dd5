"""What a node itself wrote into its hardware stays while other parts of it change.

A rendering changes whole files; but of configuration space only the bytes that became different
are new, and of the GPUs' state only the lines. So a register that `setpci` set stays set when
the same device breaks in another way.
"""

from __future__ import annotations

from pathlib import Path

from podsys.lab.hardware.files import Entry, Files

CONFIG, LINES = "/config", "/nvml"


def keep_written(folder: Path, before: Files, after: Files) -> Files:
    """The new rendering, with what the node wrote where the renderings agree."""
    return {path: keep(folder, path, before.get(path), entry) for path, entry in after.items()}


def keep(folder: Path, path: str, before: Entry | None, after: Entry) -> Entry:
    if before == after or not isinstance(before, bytes) or not isinstance(after, bytes):
        return after
    file = folder / path[1:]
    if path.endswith(CONFIG) and file.is_file():
        return keep_bytes(before, after, file.read_bytes())
    if path.endswith(LINES) and file.is_file():
        return keep_lines(before, after, file.read_bytes())
    return after


def keep_bytes(before: bytes, after: bytes, now: bytes) -> bytes:
    if not len(before) == len(after) == len(now):
        return after
    changed = zip(before, after, now, strict=True)
    return bytes(new if new != old else written for old, new, written in changed)


def keep_lines(before: bytes, after: bytes, now: bytes) -> bytes:
    """The same for lines of `key=value`."""
    old, new, written = (read_lines(text) for text in (before, after, now))
    kept = {key: written.get(key, value) for key, value in new.items() if old.get(key) == value}
    return b"".join(b"%s=%s\n" % line for line in {**new, **kept}.items())


def read_lines(text: bytes) -> dict[bytes, bytes]:
    pairs = (line.partition(b"=") for line in text.splitlines())
    return {key: value for key, sign, value in pairs if sign}
