"""The journal of a run: on disk before the next thing happens."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podsys.model.plan import EventKind

FILE_NAME = "journal.jsonl"


# A wave may have thousands of nodes, all told of when it is over: these lines reach the disk
# together with the event that follows, before anything else is done to a node.
TOGETHER: frozenset[EventKind] = frozenset({"node"})


class Journal:
    """Appends events to journal.jsonl; a line is out of this process when `write` returns."""

    def __init__(self, run: Path) -> None:
        self._file = (run / FILE_NAME).open("ab")

    def write(self, kind: EventKind, **details: Any) -> None:
        event = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": kind}
        self._file.write(json.dumps(event | details).encode() + b"\n")
        self._file.flush()
        if kind not in TOGETHER:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()


def read_journal(run: Path) -> list[dict[str, Any]]:
    """Events in order; a last line cut short by a crash is left out."""
    try:
        lines = (run / FILE_NAME).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def find_interrupted(runs: Path) -> Path | None:
    """The newest run, when it began and never finished."""
    # `latest` is a second name of one of them, and sorts after all of them.
    own = (run for run in runs.glob("*") if not run.is_symlink() and (run / FILE_NAME).is_file())
    newest = max(own, default=None)
    if newest is None:
        return None
    kinds = [event.get("event") for event in read_journal(newest)]
    return newest if "finished" not in kinds else None
