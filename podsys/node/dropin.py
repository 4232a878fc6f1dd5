"""Drop-in files that belong to podsys: written whole, sorted, with a warning on top.

The warning carries a digest of the lines below it: a hand edit shows, whatever it says.
"""

import os
import stat
from typing import Iterable, Iterator, List, Tuple

from . import machine
from .digest import sha256_of

HEADER = "Managed by podsys (sha256:%s): hand edits are undone by the next deploy."
MODE = 0o644


def write_lines(path: str, lines: Iterable[str], comment: str = "#") -> None:
    """Equal lines give equal bytes, whatever their order was."""
    body = "".join("%s\n" % line for line in sorted(set(lines)))
    text = "%s\n%s" % (header_of(body, comment), body)
    if machine.read_text(path) != text or find_edit(path):
        machine.write_text(path, text, MODE)


def header_of(body: str, comment: str = "#") -> str:
    return "%s %s" % (comment, HEADER % sha256_of(body.encode()))


def find_edit(path: str) -> str:
    """What somebody did to a file of podsys; empty when nothing, also where there is no file."""
    try:
        found = os.lstat(machine.at(path))
    except (FileNotFoundError, NotADirectoryError):
        return ""
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    head, _, body = (machine.read_text(path) or "").partition("\n")
    if head != header_of(body, head.partition(" ")[0]):
        return "content"
    if stat.S_IMODE(found.st_mode) != MODE:
        return "mode %04o" % stat.S_IMODE(found.st_mode)
    return "owner" if _is_foreign(found) else ""


def _is_foreign(found: os.stat_result) -> bool:
    return (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid())


def merge_folders(folders: Iterable[str], suffix: str) -> List[str]:
    """Files as systemd and its relatives merge them: by name, earlier folders hide later ones."""
    found = {}
    for folder in folders:
        for name in machine.list_folder(folder):
            if name.endswith(suffix) and name not in found:
                found[name] = "%s/%s" % (folder, name)
    return [found[name] for name in sorted(found)]


def numbered_lines(path: str, comments: str = "#;") -> Iterator[Tuple[int, str]]:
    """Lines that say something, with their numbers."""
    text = machine.read_text(path) or ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and line[0] not in comments:
            yield number, line
