"""modprobe.d: what module-init-tools would make of all its files together."""

import glob
import os
from typing import Dict, List, Set

from . import machine
from .dropin import HEADER, merge_folders, numbered_lines, write_lines

FILE = "/etc/modprobe.d/zz-podsys.conf"
FOLDERS = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/lib/modprobe.d")
NOWHERE = ("/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true")
OLD_INITRAMFS = {
    "persistent": "not in the initramfs",
    "note": "no initramfs in /boot is newer than %s" % FILE,
}


def read_options() -> Dict[str, str]:
    """`module.option` -> value, the last one written."""
    found = {}
    for parts in _read_lines("options"):
        for option in parts[2:]:
            name, separator, value = option.partition("=")
            if separator:
                found["%s.%s" % (normal(parts[1]), name)] = value
    return found


def read_blocked() -> Set[str]:
    blocked = {normal(parts[1]) for parts in _read_lines("blacklist")}
    for parts in _read_lines("install"):
        if len(parts) > 2 and parts[2] in NOWHERE:
            blocked.add(normal(parts[1]))
    return blocked


def replace_lines(word: str, lines: List[str]) -> None:
    """Two kinds share the file: each replaces the lines that begin with its own word."""
    text = machine.read_text(FILE) or ""
    others = [
        line
        for line in text.splitlines()
        if line and line != HEADER and not line.startswith(word + " ")
    ]
    write_lines(FILE, others + lines)
    rebuild_initramfs()


def rebuild_initramfs() -> None:
    """Modules that load early read the copy of modprobe.d inside the initramfs."""
    os.utime(machine.at(FILE))  # what is rebuilt from now on is newer, also after a clock step
    for words in (["update-initramfs", "-u"], ["dracut", "-f"]):
        if machine.find_command(words[0]):
            machine.ask(words, 300)
            return


def is_initramfs_old() -> bool:
    """True when no initramfs is newer than our file: its rebuilding was cut off."""
    images = glob.glob(machine.at("/boot/initrd.img-*")) + glob.glob(
        machine.at("/boot/initramfs-*.img")
    )
    ours = machine.at(FILE)
    if not images or not os.path.exists(ours):
        return False
    return max(os.path.getmtime(image) for image in images) < os.path.getmtime(ours)


def normal(module: str) -> str:
    return module.replace("-", "_")


def _read_lines(word: str) -> List[List[str]]:
    found = []
    for path in merge_folders(FOLDERS, ".conf"):
        for _, line in numbered_lines(path, comments="#"):
            parts = line.split()
            if parts[0] == word and len(parts) > 1:
                found.append(parts)
    return found
