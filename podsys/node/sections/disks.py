"""Mounted filesystems with room on them; one whose server is gone is named, and costs only itself."""

import os
from functools import partial
from typing import Any, Dict, List

from .. import machine
from ..isolate import run_all
from ..mounts import unescape
from ..values import quote

REAL = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "vfat", "jfs")
NETWORK = ("nfs", "nfs4", "lustre", "beegfs", "ceph", "gpfs", "cifs", "9p")
# A program answers for these, which may be at work over a network.
PROGRAM = "fuse."
PATIENCE_S = 1.0
FIELDS = 6


def read() -> Dict[str, Any]:
    text = machine.read_text("/proc/self/mounts")
    if not text:
        raise machine.Unreadable("/proc/self/mounts is missing or empty")
    mounts = find_mounts(text)
    remote = [mount for mount in mounts if is_remote(mount[1])]
    tasks = [(path, partial(_measure, path)) for path, _, _ in remote]
    answers = run_all(tasks, PATIENCE_S) if tasks else {}
    found = [_describe(mount, answers.get(mount[0])) for mount in mounts]
    return {"mounts": [mount for mount in found if mount]}


def find_mounts(text: str) -> List[List[str]]:
    """[path, type, options]; one device mounted at many places counts once, at the first."""
    seen = set()
    found = []
    for line in filter(None, text.split("\n")):
        fields = line.split(" ")
        if len(fields) != FIELDS:
            raise machine.Unreadable("/proc/self/mounts: no mount in %s" % quote(line))
        device, path, kind, options = fields[0], unescape(fields[1]), fields[2], fields[3]
        place = device if device.startswith("/dev/") else path
        if _has_room(kind, path) and place not in seen and _is_shown(path, kind):
            seen.add(place)
            found.append([path, kind, options])
    return found


def is_remote(kind: str) -> bool:
    return kind in NETWORK or kind.startswith(PROGRAM)


def _has_room(kind: str, path: str) -> bool:
    """Below the root, an overlay is some container's view of a filesystem counted already."""
    if path.startswith("/run/"):
        return False
    return kind in REAL or is_remote(kind) or (kind == "overlay" and path == "/")


def _is_shown(path: str, kind: str) -> bool:
    """Containers mount single files; what is remote is not touched to find out."""
    return path.isprintable() and (is_remote(kind) or os.path.isdir(machine.at(path)))


def _describe(mount: List[str], answer: Any) -> Dict[str, Any]:
    """Nothing for a program's mount that has no room, such as one that shows a process's state."""
    path, kind, options = mount
    facts = {"path": path, "fs": kind, "read_only": "ro" in options.split(","), "hung": False}
    if answer is None:
        return dict(facts, **_measure(path))
    if not answer["ok"]:
        reason = "%s does not answer: %s" % (path, answer["reason"])
        return dict(facts, used_pct=None, inodes_pct=None, hung=True, reason=reason)
    if kind.startswith(PROGRAM) and answer["value"]["used_pct"] is None:
        return {}
    return dict(facts, **answer["value"])


def _measure(path: str) -> Dict[str, Any]:
    try:
        room = os.statvfs(machine.at(path))
    except OSError as error:
        raise machine.Unreadable("%s: %s" % (path, error.strerror))
    used = room.f_blocks - room.f_bfree
    return {
        "used_pct": _share(used, used + room.f_bavail),
        "inodes_pct": _share(room.f_files - room.f_ffree, room.f_files),
    }


def _share(part: int, whole: int) -> Any:
    """Percent as df counts it; None where a filesystem has no such number."""
    return round(100.0 * part / whole, 1) if whole > 0 and part >= 0 else None
