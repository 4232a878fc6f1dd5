"""Mounts as the kernel lists them, and as the next boot will make them.

None is ever touched to be read: a file server that is gone would keep whoever asks.
"""

import os
from typing import Dict, List, Tuple

from . import machine
from .dropin import numbered_lines
from .record import Record

FSTAB = "/etc/fstab"
# A unit here counts more than what systemd makes of a line in fstab.
UNITS = ("/etc/systemd/system", "/run/systemd/system")

# What stands in the name of a unit as it is, beside letters and digits of ASCII.
PLAIN = ":_./"


class Mount(Record):
    """Options are a list of words; the place is a device and the root of the mount within it."""

    __slots__ = ("source", "fs", "options", "place")
    source: str
    fs: str
    options: List[str]
    place: Tuple[str, str]


def read_live() -> Dict[str, Mount]:
    """By path; of several on one path the last one covers the others."""
    text = machine.read_text("/proc/self/mountinfo")
    if text is None:
        raise machine.Unreadable("/proc/self/mountinfo is missing")
    found = {}
    for line in text.splitlines():
        own, _, shared = line.partition(" - ")
        fields, (fs, source, options) = own.split(" "), (shared.split(" ") + ["", ""])[:3]
        place = (fields[2], unescape(fields[3]))
        both = fields[5].split(",") + options.split(",")
        found[unescape(fields[4])] = Mount(unescape(source), fs, both, place)
    return found


def read_saved() -> Dict[str, Mount]:
    """By path, from fstab; systemd takes the first of two lines for one path."""
    found: Dict[str, Mount] = {}
    for number, line in numbered_lines(FSTAB, comments="#"):
        fields = line.split() + [""] * 4
        place = ("%s:%d" % (FSTAB, number), "")
        mount = Mount(unescape(fields[0]), fields[2], fields[3].split(","), place)
        found.setdefault(unescape(fields[1]), mount)
    return found


def find_unit(path: str) -> str:
    """The file of a unit that somebody wrote for this path; empty when there is none."""
    units = ["%s/%s.mount" % (folder, unit_name(path)) for folder in UNITS]
    return next(filter(machine.exists, units), "")


def write_fstab(wanted: Dict[str, Mount]) -> None:
    """One line for each of these paths, where the first one stood; other lines stay."""
    left, lines = dict(wanted), []
    before = (machine.read_text(FSTAB) or "").splitlines()
    for line in before:
        fields = line.split()
        path = unescape(fields[1]) if len(fields) > 1 and not line.startswith("#") else ""
        if path in left:
            new = _fstab_line(path, left.pop(path))
            lines.append(line if fields == new.split() else new)
        elif path not in wanted:
            lines.append(line)
    lines += [_fstab_line(path, mount) for path, mount in sorted(left.items())]
    if lines != before:
        machine.write_text(FSTAB, "".join("%s\n" % line for line in lines))


def place_of(path: str, live: Dict[str, Mount]) -> Tuple[str, str]:
    """Device and folder on it behind a path: what a bind mount of it must show."""
    above = [point for point in live if (path + "/").startswith(point.rstrip("/") + "/")]
    point = max(above, key=len)
    device, root = live[point].place
    return device, (root.rstrip("/") + path[len(point.rstrip("/")) :]) or "/"


def unit_name(path: str) -> str:
    """As systemd-escape --path gives it."""
    plain = [c in PLAIN or (c.isalnum() and c < "\x7f") for c in path.strip("/")]
    kept = [c if ok else "\\x%02x" % ord(c) for c, ok in zip(path.strip("/"), plain)]
    if kept[:1] == ["."]:
        kept[0] = "\\x2e"
    return "".join(kept).replace("/", "-") or "-"


def device_of(source: str) -> str:
    """The device behind `UUID=...` and its like; another source is what it is."""
    name, separator, value = source.partition("=")
    if separator and name in ("UUID", "LABEL", "PARTUUID", "PARTLABEL"):
        source = "/dev/disk/by-%s/%s" % (name.lower(), value.strip('"'))
    if source.startswith("/dev/"):
        return os.path.realpath(machine.at(source))
    return source.rstrip("/") or source


def _fstab_line(path: str, mount: Mount) -> str:
    options = ",".join(mount.options)
    return "%s %s %s %s 0 0" % (_escape(mount.source), _escape(path), mount.fs, options)


def _escape(text: str) -> str:
    return "".join("\\%03o" % ord(c) if c.isspace() or c in "\\#" else c for c in text)


def unescape(text: str) -> str:
    first, *rest = text.split("\\")
    return first + "".join(_unescape(part) for part in rest)


def _unescape(part: str) -> str:
    """What stood behind a backslash."""
    octal = part[:3]
    if len(octal) == 3 and all(digit in "01234567" for digit in octal):
        return chr(int(octal, 8)) + part[3:]
    return "\\" + part
