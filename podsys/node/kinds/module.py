"""Kernel modules that must be there: `loaded`.

Read live from /sys/module and from the list of what is built into the kernel, and for the next
boot from all modules-load.d folders, merged as systemd-modules-load does it; that one refuses
what modprobe.d blocks. Written to /etc/modules-load.d/zz-podsys.conf, and loaded by modprobe.
"""

import os
from typing import Dict, List, Set

from .. import machine, modprobe
from ..dropin import merge_folders, numbered_lines, write_lines
from . import Item, Readings, read_each, write_each

FILE = "/etc/modules-load.d/zz-podsys.conf"
OWN = (FILE,)
FOLDERS = (
    "/etc/modules-load.d",
    "/run/modules-load.d",
    "/usr/local/lib/modules-load.d",
    "/usr/lib/modules-load.d",
)


def read(items: List[Item]) -> Readings:
    saved, blocked = read_saved(), modprobe.read_blocked()
    return read_each(items, lambda item: _read_one(modprobe.normal(item["key"]), saved, blocked))


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_lines(FILE, [item["key"] for item in wanted])
    write_each(changed, _load)


def read_saved() -> Set[str]:
    return {
        modprobe.normal(line)
        for path in merge_folders(FOLDERS, ".conf")
        for _, line in numbered_lines(path)
    }


def is_loaded(module: str) -> bool:
    """What is built in has a folder only if it has parameters, and never an initstate."""
    if machine.exists("/sys/module/" + module):
        state = machine.read_text("/sys/module/%s/initstate" % module)
        return state is None or state.strip() == "live"
    return module in _listed("modules.builtin")


def _load(item: Item) -> None:
    if not is_loaded(modprobe.normal(item["key"])):
        machine.ask(["modprobe", item["key"]], 60)


def _read_one(module: str, saved: Set[str], blocked: Set[str]) -> Dict[str, str]:
    if "/" in module:
        raise machine.Unreadable("not a module's name: %s" % module)
    loaded = is_loaded(module)
    if not loaded and _is_unknown(module):
        return {"absent": "this kernel has no module %s" % module}
    reading = {
        "live": "loaded" if loaded else "unloaded",
        "persistent": "loaded" if module in saved else "unset",
    }
    if module in blocked:
        reading.update({"persistent": "blocked", "note": "modprobe.d blocks it"})
    return reading


def _is_unknown(module: str) -> bool:
    """Only where the kernel's own list is there to say so."""
    known = _listed("modules.dep")
    return bool(known) and module not in known


def _listed(name: str) -> Set[str]:
    """`kernel/net/ipv4/tcp_bbr.ko.xz: ...` -> tcp_bbr"""
    text = machine.read_large("/lib/modules/%s/%s" % (os.uname().release, name)) or ""
    paths = (line.partition(":")[0] for line in text.splitlines())
    return {modprobe.normal(path.rpartition("/")[2].partition(".")[0]) for path in paths}
