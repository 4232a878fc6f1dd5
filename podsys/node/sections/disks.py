"""Mounted filesystems with room on them. A dead network mount hangs here, and only here."""

import os
from typing import Any, Dict, List

from .. import machine

REAL = ("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "vfat", "jfs")
NETWORK = ("nfs", "nfs4", "lustre", "beegfs", "ceph", "gpfs", "cifs", "fuse.sshfs")


def read() -> Dict[str, Any]:
    text = machine.read_text("/proc/self/mounts")
    if text is None:
        raise machine.Unreadable("/proc/self/mounts is missing")
    return {"mounts": [_describe(*fields) for fields in find_mounts(text)]}


def find_mounts(text: str) -> List[List[str]]:
    """[path, type, options]; one device mounted at many places counts once, at the first."""
    seen = set()
    found = []
    for line in text.splitlines():
        device, path, kind, options = (line.split() + [""] * 4)[:4]
        place, path = device if device.startswith("/dev/") else path, _unescape(path)
        if _has_room(kind, path) and place not in seen and os.path.isdir(machine.at(path)):
            seen.add(place)
            found.append([path, kind, options])
    return found


def _has_room(kind: str, path: str) -> bool:
    """Below the root, an overlay is some container's view of a filesystem counted already."""
    if path.startswith("/run/"):
        return False
    return kind in REAL + NETWORK or (kind == "overlay" and path == "/")


def _unescape(path: str) -> str:
    return path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")


def _describe(path: str, kind: str, options: str) -> Dict[str, Any]:
    room = os.statvfs(machine.at(path))
    used = room.f_blocks - room.f_bfree
    return {
        "path": path,
        "fs": kind,
        "used_pct": _share(used, used + room.f_bavail),
        "inodes_pct": _share(room.f_files - room.f_ffree, room.f_files),
        "read_only": "ro" in options.split(","),
    }


def _share(part: int, whole: int) -> Any:
    """Percent as df counts it; None where a filesystem has no such number."""
    return round(100.0 * part / whole, 1) if whole else None
