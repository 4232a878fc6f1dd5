"""Mounts as the kernel lists them, and as the next boot will make them.

None is ever touched to be read: a file server that is gone would keep whoever asks.
"""

import os
import re
from collections import namedtuple
from typing import Dict, Tuple

from . import machine
from .dropin import numbered_lines

FSTAB = "/etc/fstab"
# A unit here counts more than what systemd makes of a line in fstab.
UNITS = ("/etc/systemd/system", "/run/systemd/system")

# Options are a list of words; the place is a device and the root of the mount within it.
Mount = namedtuple("Mount", "source fs options place")


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
    kept = re.sub(r"[^A-Za-z0-9:_./]", lambda m: "\\x%02x" % ord(m.group()), path.strip("/"))
    return re.sub(r"^\.", r"\\x2e", kept).replace("/", "-") or "-"


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
    return re.sub(r"[\s\\#]", lambda match: "\\%03o" % ord(match.group()), text)


def unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)
