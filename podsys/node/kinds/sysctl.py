"""Kernel parameters below /proc/sys.

Read live from /proc/sys and, for the next boot, from all sysctl.d folders merged as
systemd-sysctl does it, where the last file by name wins. Written to
/etc/sysctl.d/zz-podsys.conf and to /proc/sys.
"""

from typing import Any, Dict, List, Tuple

from .. import machine
from ..dropin import merge_folders, numbered_lines, write_lines
from . import Item, Readings, read_each, write_each

FILE = "/etc/sysctl.d/zz-podsys.conf"
OWN = (FILE,)
FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d")


def read(items: List[Item]) -> Readings:
    saved = read_saved()
    return read_each(items, lambda item: _read_one(item["key"], saved))


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_lines(FILE, ["%s = %s" % (item["key"], item["value"]) for item in wanted])
    write_each(changed, _write_live)


def _write_live(item: Item) -> None:
    path = path_of(item["key"])
    if " ".join((machine.read_text(path) or "").split()) != item["value"]:
        machine.write_knob(path, item["value"])


def path_of(key: str) -> str:
    """The first of `.` and `/` separates; the other one then stands for a dot in a name."""
    first = next((character for character in key if character in "./"), ".")
    parts = [part.replace("/", ".") for part in key.split(first)]
    if ".." in parts or "" in parts:
        raise machine.Unreadable("not a sysctl key: %s" % key)
    return "/proc/sys/" + "/".join(parts)


def read_saved() -> Dict[str, Tuple[str, str]]:
    """Path in /proc/sys -> (value, file:line) of the line that wins."""
    saved = {}
    for path in merge_folders(FOLDERS, ".conf"):
        for number, line in numbered_lines(path):
            key, separator, value = line.lstrip("-").partition("=")
            if separator:
                place = "%s:%d" % (path, number)
                saved[_normal_path(key.strip())] = (" ".join(value.split()), place)
            elif line.startswith("-"):  # "leave this key alone" takes back what came before
                saved.pop(_normal_path(key.strip()), None)
    return saved


def _normal_path(key: str) -> str:
    try:
        return path_of(key)
    except machine.Unreadable:
        return key


def _read_one(key: str, saved: Dict[str, Tuple[str, str]]) -> Dict[str, Any]:
    path = path_of(key)
    live = machine.read_text(path)
    if live is None:
        return {"absent": "this kernel has no %s" % key}
    value, place = saved.get(path, ("unset", ""))
    reading = {"live": " ".join(live.split()), "persistent": value}
    if place and not place.startswith(FILE + ":"):
        reading["note"] = "saved by %s" % place
    return reading
