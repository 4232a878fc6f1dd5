"""Mounted filesystems with room on them; one whose server is gone costs only itself."""

import os
from typing import Any, Dict, List, Optional, Tuple

from .. import machine
from ..isolate import MOST, run_all
from ..mounts import unescape
from ..record import Record
from ..values import decimal, quote
from ..worker import Answer

REAL = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "vfat", "jfs")
NETWORK = ("nfs", "nfs4", "lustre", "beegfs", "ceph", "gpfs", "cifs", "9p")
# A program answers for these, which may be at work over a network.
PROGRAM = "fuse."
# The second is what ext4 says since Linux 6.15 when an error has ended its writing.
READ_ONLY = frozenset(("ro", "emergency_ro"))
PATIENCE_S = 1.0
FIELDS = 6


class Mount(Record):
    """A line of /proc/self/mounts."""

    __slots__ = ("path", "fs", "options")
    path: str
    fs: str
    options: List[str]

    @property
    def is_remote(self) -> bool:
        return self.fs in NETWORK or self.fs.startswith(PROGRAM)


class Room(Record):
    """Percent as df counts them; None where a filesystem has no such number."""

    __slots__ = ("used_pct", "inodes_pct")
    used_pct: Optional[float]
    inodes_pct: Optional[float]


def read() -> Dict[str, Any]:
    text = machine.read_text("/proc/self/mounts")
    if not text:
        raise machine.Unreadable("/proc/self/mounts is missing or empty")
    mounts = find_mounts(text)
    remote = [mount.path for mount in mounts if mount.is_remote][:MOST]
    answers = run_all(remote, lambda: _say_room, PATIENCE_S) if remote else {}
    found = [_describe(mount, answers.get(mount.path)) for mount in mounts]
    return {"mounts": [mount for mount in found if mount]}


def find_mounts(text: str) -> List[Mount]:
    """One device mounted at many places counts once, at the first; of several mounts on one
    place the last one covers the others."""
    seen = set()
    on_top: Dict[str, Tuple[str, Mount]] = {}
    for line in filter(None, text.split("\n")):
        fields = line.split(" ")
        if len(fields) != FIELDS:
            raise machine.Unreadable("/proc/self/mounts: no mount in %s" % quote(line))
        mount = Mount(unescape(fields[1]), fields[2], fields[3].split(","))
        on_top[mount.path] = fields[0], mount
    found = []
    for device, mount in on_top.values():
        place = device if device.startswith("/dev/") else mount.path
        if place not in seen and _has_room(mount) and _is_folder(mount):
            seen.add(place)
            found.append(mount)
    return found


def _has_room(mount: Mount) -> bool:
    """The root may be of any kind: it is in memory on nodes without disks. Below it, an overlay
    is some container's view of a filesystem counted already."""
    if mount.path.startswith("/run/") or not mount.path.isprintable():
        return False
    return mount.path == "/" or mount.fs in REAL or mount.is_remote


def _is_folder(mount: Mount) -> bool:
    """Containers mount single files; what is remote is not touched to find out."""
    return mount.is_remote or os.path.isdir(machine.at(mount.path))


def _describe(mount: Mount, answer: Optional[Answer]) -> Dict[str, Any]:
    """Nothing for a program's mount without any room, as those which only show something."""
    is_hung = answer is not None and not answer["ok"]
    facts = {
        "path": mount.path,
        "fs": mount.fs,
        "read_only": not READ_ONLY.isdisjoint(mount.options),
        "hung": is_hung,
        "reason": answer["text"] if answer and is_hung else "",
    }
    if answer is None:
        room = measure(mount.path)
    else:
        room = Room(*map(decimal, answer["text"].split(" "))) if not is_hung else Room(None, None)
    if mount.fs.startswith(PROGRAM) and room.used_pct is None and not is_hung:
        return {}
    return dict(facts, used_pct=room.used_pct, inodes_pct=room.inodes_pct)


def measure(path: str) -> Room:
    try:
        found = os.statvfs(machine.at(path))
    except OSError as error:
        raise machine.Unreadable("%s: %s" % (path, error.strerror))
    used = found.f_blocks - found.f_bfree
    inodes = found.f_files - found.f_ffree
    return Room(_share(used, used + found.f_bavail), _share(inodes, found.f_files))


def _say_room(path: str) -> str:
    return "%s %s" % tuple(measure(path))


def _share(part: int, whole: int) -> Optional[float]:
    return round(100.0 * part / whole, 1) if whole > 0 and part >= 0 else None
