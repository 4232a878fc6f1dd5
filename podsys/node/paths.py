"""Files found by a pattern, as `glob` finds them; for most patterns without its loading time."""

import os
from typing import List

from . import machine


def find_paths(pattern: str) -> List[str]:
    """Sorted paths below the machine's root."""
    if "[" in pattern or "**" in pattern:
        from glob import glob

        root = machine.at("/")
        return sorted("/" + path[len(root) :].lstrip("/") for path in glob(machine.at(pattern)))
    found = [""]
    for part in pattern.strip("/").split("/"):
        if "*" in part or "?" in part:
            found = ["%s/%s" % (folder, name) for folder in found for name in _list(folder, part)]
        else:
            found = ["%s/%s" % (folder, part) for folder in found]
    return sorted(path for path in found if os.path.lexists(machine.at(path)))


def matches(name: str, pattern: str) -> bool:
    """As `fnmatch.fnmatchcase`: a star stands for slashes as well."""
    if "[" in pattern:
        from fnmatch import fnmatchcase

        return fnmatchcase(name, pattern)
    first, *rest = pattern.split("*")
    if not rest:
        return _is_like(name, first)
    if not _is_like(name[: len(first)], first):
        return False
    place = len(first)
    for part in rest[:-1]:
        place = _find(name, part, place)
        if place < 0:
            return False
    end = len(name) - len(rest[-1])
    return end >= place and _is_like(name[end:], rest[-1])


def _list(folder: str, pattern: str) -> List[str]:
    hidden = pattern.startswith(".")
    names = machine.list_folder(folder or "/")
    return [n for n in names if (hidden or not n.startswith(".")) and matches(n, pattern)]


def _find(name: str, part: str, start: int) -> int:
    """Where the first place like it ends, or -1."""
    for place in range(start, len(name) - len(part) + 1):
        if _is_like(name[place : place + len(part)], part):
            return place + len(part)
    return -1


def _is_like(text: str, part: str) -> bool:
    """Equal, but that a question mark stands for any character."""
    return len(text) == len(part) and all(b in (a, "?") for a, b in zip(text, part))
