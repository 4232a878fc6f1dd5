"""modprobe.d: what module-init-tools would make of all its files together."""

import os
from typing import Dict, List, Set, Tuple

from . import machine
from .dropin import merge_folders, numbered_lines, write_lines
from .paths import find_paths

OPTIONS = "/etc/modprobe.d/zz-podsys.conf"
BLACKLIST = "/etc/modprobe.d/zz-podsys-blacklist.conf"
FOLDERS = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/lib/modprobe.d")
NOWHERE = ("/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true")
OLD_INITRAMFS = {
    "persistent": "not in the initramfs",
    "note": "no initramfs in /boot is newer than what podsys wrote to /etc/modprobe.d",
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
    """Not by our file of options: it held both kinds once, and is written anew without them."""
    blocked = {normal(parts[1]) for parts in _read_lines("blacklist", (OPTIONS,))}
    for parts in _read_lines("install"):
        if len(parts) > 2 and parts[2] in NOWHERE:
            blocked.add(normal(parts[1]))
    return blocked


def write_file(path: str, lines: List[str]) -> None:
    """Modules that load early read the copy of modprobe.d inside the initramfs."""
    write_lines(path, lines)
    os.utime(machine.at(path))  # what is rebuilt from now on is newer, also after a clock step
    for words in (["update-initramfs", "-u"], ["dracut", "-f"]):
        if machine.find_command(words[0]):
            machine.ask(words, 300)
            return


def is_initramfs_old() -> bool:
    """True when no initramfs is newer than our files: its rebuilding was cut off."""
    found = find_paths("/boot/initrd.img-*") + find_paths("/boot/initramfs-*.img")
    images = [machine.at(path) for path in found]
    ours = [path for path in map(machine.at, (OPTIONS, BLACKLIST)) if os.path.exists(path)]
    if not images or not ours:
        return False
    return max(map(os.path.getmtime, images)) < max(map(os.path.getmtime, ours))


def normal(module: str) -> str:
    return module.replace("-", "_")


def _read_lines(word: str, but: Tuple[str, ...] = ()) -> List[List[str]]:
    found = []
    for path in merge_folders(FOLDERS, ".conf"):
        if path in but:
            continue
        for _, line in numbered_lines(path, comments="#"):
            parts = line.split()
            if parts[0] == word and len(parts) > 1:
                found.append(parts)
    return found
