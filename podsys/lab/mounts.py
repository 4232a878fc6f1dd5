"""The mounts that a lab makes: one overlay for each node."""

from __future__ import annotations

import re
from pathlib import Path

from podsys.lab.layout import Lab, Place
from podsys.lab.shell import run


def list_mounts(below: Path) -> list[Path]:
    """Mount points below a folder, deepest first, last mounted first."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        raw = line.split()[4]
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), raw))
        if point.is_relative_to(below):
            found.append(point)
    found.reverse()
    return sorted(found, key=lambda point: len(point.parts), reverse=True)


def ensure_overlay(node: Place, image: Path) -> None:
    """The node's root: the shared image below, the node's own layer above."""
    if node.root in list_mounts(node.root):
        return
    work = node.dir / "work"
    for folder in (node.root, node.upper, work):
        folder.mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={image},upperdir={node.upper},workdir={work}"
    run(["mount", "-t", "overlay", "-o", layers, f"podsys-{node.name}", node.root])


def ensure_copies(lab: Lab) -> None:
    """Memory for the nodes' copies of knobs. It must be a tmpfs: that lists a folder as procfs
    does, `.` and `..` first, and procps' `sysctl -a` goes round for ever where they are not."""
    ensure_memory(lab.copies, f"podsys-{lab.name}")


def ensure_hardware(lab: Lab) -> None:
    """Memory for what the nodes see of emulated hardware: some thousand small files each."""
    ensure_memory(lab.hardware, f"podsys-{lab.name}")


def ensure_memory(folder: Path, name: str) -> None:
    if folder not in list_mounts(folder):
        folder.mkdir(parents=True, exist_ok=True)
        run(["mount", "-t", "tmpfs", "-o", "mode=755", name, folder])


def unmount_below(folder: Path) -> None:
    for point in list_mounts(folder):
        if run(["umount", point], check=False).returncode != 0:
            run(["umount", "--lazy", point], check=False)
