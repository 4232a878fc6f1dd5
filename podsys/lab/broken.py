"""Which faults a node has been given, and the commands that undo what was run inside it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from podsys.lab.files import read_or, write_whole
from podsys.lab.layout import Place

Commands = Sequence[Sequence[str]]


def read_broken(node: Place) -> dict[str, list[list[str]]]:
    """Fault id -> commands that heal it, in the order in which the faults were made."""
    found: dict[str, list[list[str]]] = json.loads(read_or(node.broken_file, "{}"))
    return found


def note_broken(node: Place, fault: str, heal: Commands) -> None:
    noted = {fault: [list(words) for words in heal]}
    write_whole(node.broken_file, json.dumps(read_broken(node) | noted) + "\n")


def forget_broken(node: Place) -> None:
    node.broken_file.unlink(missing_ok=True)
