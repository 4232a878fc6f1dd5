"""Each node runs in control groups of its own, so that its systemd manages nobody else's."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


def list_trees() -> list[Path]:
    """The hierarchies that systemd uses: one tree, or the older two."""
    candidates = [ROOT, ROOT / "unified", ROOT / "systemd"]
    return [tree for tree in candidates if (tree / "cgroup.procs").exists()]


def remove_groups(path: str) -> None:
    """Remove a group and all below it, deepest first. The processes in it are dead."""
    for tree in list_trees():
        for folder, _, _ in os.walk(tree / path, topdown=False):
            try:
                Path(folder).rmdir()
            except OSError:
                continue
