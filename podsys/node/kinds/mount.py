"""Mounts, by path: `SOURCE FS OPTIONS`, as a line of fstab has them.

Read live from /proc/self/mountinfo, where every option asked for must show, and for the next
boot from /etc/fstab, unless a unit of systemd takes its place. The mount itself is never
looked at: it may hang. Written to /etc/fstab, and mounted or remounted; what cannot be changed
in place is unmounted first, never by force.
"""

from typing import Dict, List

from .. import machine
from ..mount_options import find_options
from ..mounts import (
    Mount,
    device_of,
    find_unit,
    place_of,
    read_live,
    read_saved,
    unit_name,
    write_fstab,
)
from ..orders import order, reload_later
from . import Item, Readings, read_each, write_each

AUTOMOUNT = "x-systemd.automount"


def read(items: List[Item]) -> Readings:
    live, saved = read_live(), read_saved()
    return read_each(items, lambda item: _read_one(item, live, saved))


def write(changed: List[Item], wanted: List[Item]) -> None:
    write_fstab({item["key"]: wanted_of(item) for item in changed})
    if machine.exists("/run/systemd/system"):
        reload_later()
    write_each(changed, _write_live)


def wanted_of(item: Item) -> Mount:
    source, fs, options = item["value"].rsplit(" ", 2)
    return Mount(source, fs, options.split(","), ("", ""))


def _read_one(item: Item, live: Dict[str, Mount], saved: Dict[str, Mount]) -> Dict[str, str]:
    path, unit = item["key"], find_unit(item["key"])
    reading = {"live": describe_live(item, live), "persistent": _describe_saved(item, saved)}
    if unit:
        reading["persistent"] = "unit"
        reading["note"] = "%s takes the place of what fstab says of %s" % (unit, path)
    elif "noauto" in wanted_of(item).options and path not in live:
        del reading["live"]
    return reading


def describe_live(item: Item, live: Dict[str, Mount]) -> str:
    """The item's own value where all of it holds."""
    wanted, found = wanted_of(item), live.get(item["key"])
    if found is None:
        return "unmounted"
    if found.fs == "autofs" and AUTOMOUNT in wanted.options:
        return str(item["value"])
    same = _is_same(wanted, found, live)
    source, fs = (wanted.source, wanted.fs) if same else (found.source, found.fs)
    return _join(Mount(source, fs, find_options(wanted.options, found.options), ("", "")))


def _is_same(wanted: Mount, found: Mount, live: Dict[str, Mount]) -> bool:
    """Is this what was asked for, options aside? The source of a tmpfs is only a word."""
    if {"bind", "rbind"} & set(wanted.options):
        return bool(found.place == place_of(wanted.source, live))
    if wanted.fs != found.fs and {wanted.fs, found.fs} != {"nfs", "nfs4"}:
        return False
    return bool(wanted.fs == "tmpfs" or device_of(wanted.source) == device_of(found.source))


def _describe_saved(item: Item, saved: Dict[str, Mount]) -> str:
    """Options may stand in another order there, but all of them, and no other."""
    wanted, found = wanted_of(item), saved.get(item["key"])
    if found is None:
        return "unset"
    same = set(found.options) - {"defaults"} == set(wanted.options) - {"defaults"}
    return _join(
        Mount(found.source, found.fs, wanted.options if same else found.options, found.place)
    )


def _join(mount: Mount) -> str:
    return "%s %s %s" % (mount.source, mount.fs, ",".join(mount.options) or "defaults")


def _write_live(item: Item) -> None:
    path, wanted, live = item["key"], wanted_of(item), read_live()
    if describe_live(item, live) == item["value"]:
        return
    if path in live and _is_same(wanted, live[path], live):
        writable = "" if "ro" in wanted.options else ",rw"
        machine.run(["mount", "-o", "remount" + writable, path], 60)
        if describe_live(item, read_live()) == item["value"]:
            return
    if path in live:
        machine.ask(["umount", path], 60)
    if AUTOMOUNT in wanted.options:
        order("start", unit_name(path) + ".automount")
    elif "noauto" not in wanted.options:
        machine.ask(["mkdir", "-p", path], 20)
        machine.ask(["mount", path], 90)
