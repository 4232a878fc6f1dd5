"""Files below /sys, one path or many by a pattern.

Read live from the files (of `always [madvise] never` the chosen word) and, for the next
boot, from the `w` lines of all tmpfiles.d folders. Written to both: the files, and
/etc/tmpfiles.d/00-podsys.conf. Files with different values read as `a,b`.

systemd-tmpfiles is the odd one out: of two lines for the same path the FIRST counts, hence
the name of our file. Lines for different patterns that match one path all count, in order.
"""

from typing import Dict, List

from .. import machine
from ..dropin import merge_folders, numbered_lines, write_lines
from ..paths import find_paths, matches
from ..record import Record
from . import Item, Readings, read_each, write_each

FILE = "/etc/tmpfiles.d/00-podsys.conf"
OWN = (FILE,)
FOLDERS = ("/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d")


class Line(Record):
    """What tmpfiles.d writes where."""

    __slots__ = ("pattern", "value", "place")
    pattern: str
    value: str
    place: str


def read(items: List[Item]) -> Readings:
    saved = read_saved()
    return read_each(items, lambda item: _read_one(item["key"], saved))


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_lines(FILE, ["w %s - - - - %s" % (item["key"], item["value"]) for item in wanted])
    write_each(changed, _write_live)


def _write_live(item: Item) -> None:
    for path in find_paths(item["key"]):
        if _chosen(machine.read_text(path) or "") != item["value"]:
            machine.write_knob(path, item["value"])


def read_saved() -> List[Line]:
    """In the order in which they are applied at boot."""
    saved: Dict[str, Line] = {}
    for path in merge_folders(FOLDERS, ".conf"):
        for number, line in numbered_lines(path, comments="#"):
            parts = line.split(None, 6)
            if len(parts) == 7 and parts[0].rstrip("+!-") == "w":
                place = "%s:%d" % (path, number)
                saved.setdefault(parts[1], Line(parts[1], parts[6].strip(), place))
    return list(saved.values())


def _read_one(pattern: str, saved: List[Line]) -> Dict[str, str]:
    paths = find_paths(pattern)
    if not paths:
        return {"absent": "this machine has no %s" % pattern}
    values = sorted({_chosen(machine.read_text(path) or "") for path in paths})
    lines = [_last_for(path, saved) for path in paths]
    reading = {"live": ",".join(values), "persistent": ",".join(sorted({x.value for x in lines}))}
    others = {line.place for line in lines if line.place and not line.place.startswith(FILE + ":")}
    if others:
        reading["note"] = "saved by %s" % ", ".join(sorted(others))
    return reading


def _last_for(path: str, saved: List[Line]) -> Line:
    found = Line(path, "unset", "")
    for line in saved:
        if matches(path, line.pattern) and path.count("/") == line.pattern.count("/"):
            found = line
    return found


def _chosen(text: str) -> str:
    """The word in brackets where the file lists its choices; else all of it."""
    _, opened, rest = text.partition("[")
    word, closed, _ = rest.partition("]")
    return word if opened and closed else " ".join(text.split())
