"""Drop-in files that podsys wrote for a kind must be as it wrote them: `untouched`.

The key is the kind. Each file carries a digest of its lines in its first line; another
content, mode or owner shows as `edited: FILE`. The kind then writes its files anew, and those
with nothing left to say go.
"""

import os
from typing import Dict, List

from .. import machine
from ..dropin import find_edit
from ..paths import find_paths
from . import Item, Readings, load_kind, read_each

UNTOUCHED = "untouched"


def read(items: List[Item]) -> Readings:
    return read_each(items, lambda item: _read_one(item["key"]))


def write(changed: List[Item], wanted: List[Item]) -> None:
    """Comes after the kinds themselves: what is edited still, no item asks for any more."""
    for item in changed:
        left = find_edited(item["key"])
        for path in left:
            os.unlink(machine.at(path))
        if left:
            load_kind(item["key"]).write([], [])


def find_affected(kind: str, items: List[Item]) -> List[Item]:
    """Items of that kind which stand in a file that somebody edited."""
    module, edited = load_kind(kind), find_edited(kind)
    file_of = getattr(module, "file_of", lambda _: module.OWN[0])
    return [item for item in items if item["kind"] == kind and file_of(item) in edited]


def find_edited(kind: str) -> Dict[str, str]:
    """Path -> what was done to it."""
    edits = {path: find_edit(path) for path in own_files(kind)}
    return {path: edit for path, edit in edits.items() if edit}


def own_files(kind: str) -> List[str]:
    """Those that are there; a kind says in OWN which may be, by patterns."""
    return sorted(path for pattern in load_kind(kind).OWN for path in find_paths(pattern))


def _read_one(kind: str) -> Dict[str, str]:
    edited = find_edited(kind)
    if not edited:
        return {"persistent": UNTOUCHED}
    note = ", ".join("%s: %s" % pair for pair in sorted(edited.items()))
    return {"persistent": "edited: " + " ".join(sorted(edited)), "note": note}
