"""systemd asked once for many units."""

import os
import re
import time
from typing import Dict, Iterable, List, Set, Tuple

from . import machine
from .memo import once

# systemctl refuses its whole command line for one name that no unit can have.
NAME = re.compile(r"^[A-Za-z0-9:_.\\\\@-]{1,255}$")
LISTED = frozenset(("LoadState", "ActiveState"))
PLACES = [root + "/systemd/system" for root in ("/etc", "/usr/local/lib", "/usr/lib", "/lib")]
PLACES += ["/etc/systemd/system.control", "/etc/systemd/system.attached"]
PLACES += ["/run/systemd/" + name for name in ("system", "system.control", "system.attached")]
PLACES += ["/run/systemd/" + name for name in ("transient", "generator", "generator.early")]
PLACES += ["/run/systemd/generator.late"]
START = "ActiveEnterTimestampMonotonic"

Question = Tuple[List[str], List[str]]  # units, and properties of them


def expect(units: Iterable[str], properties: Iterable[str]) -> None:
    """Whoever will ask for units says so beforehand: systemd is then asked once for all."""
    all_units, all_properties = _expected()
    all_units.update(units)
    all_properties.update(properties)


def _expected() -> Tuple[Set[str], Set[str]]:
    found: Tuple[Set[str], Set[str]] = once("systemctl expected", lambda: (set(), set()))
    return found


def show(units: List[str], properties: List[str]) -> Dict[str, Dict[str, str]]:
    """Unit -> property -> value; units that do not exist have LoadState=not-found."""
    expect(units, properties)
    return {unit: _show_one(unit, properties) for unit in units}


def _show_one(unit: str, properties: List[str]) -> Dict[str, str]:
    """systemd takes its time for each unit that it is asked about, so it is not asked in vain."""
    loaded = list_units()
    if not NAME.match(unit):
        return {"LoadState": "not a unit's name"}
    if unit not in loaded and not _has_file(unit):
        return {"LoadState": "not-found"}
    if unit in loaded and LISTED.issuperset(properties):
        return loaded[unit]
    shown, asked = once("systemctl show", lambda: ({}, set()))
    if unit not in shown or not asked.issuperset(properties):
        all_units, all_properties = _expected()
        asked.update(all_properties)
        fit = sorted(u for u in all_units if NAME.match(u) and (u in loaded or _has_file(u)))
        shown.update(_ask(fit, sorted(all_properties)))
    return dict(shown[unit])


def _ask(units: List[str], properties: List[str]) -> Dict[str, Dict[str, str]]:
    asked = ["--property=Id," + ",".join(properties)]
    text = machine.ask(["systemctl", "show", "--no-pager"] + asked + ["--"] + units)
    blocks = [parse(block) for block in text.strip().split("\n\n")]
    if len(blocks) != len(units):
        raise machine.Unreadable("systemctl told of %d of %d units" % (len(blocks), len(units)))
    return dict(zip(units, blocks))


def list_units() -> Dict[str, Dict[str, str]]:
    """Every unit in systemd's memory, with its LISTED properties."""
    return dict(once("systemctl list-units", _list_units))


def _list_units() -> Dict[str, Dict[str, str]]:
    words = ["systemctl", "list-units", "--all", "--full", "--plain", "--no-legend", "--no-pager"]
    rows = [line.split(None, 3) for line in machine.ask(words).splitlines()]
    return {r[0]: {"LoadState": r[1], "ActiveState": r[2]} for r in rows if len(r) > 2}


def _has_file(unit: str) -> bool:
    files = once("unit files", lambda: {f for place in PLACES for f in machine.list_folder(place)})
    name, _, suffix = unit.rpartition(".")
    return unit in files or "%s@.%s" % (name.partition("@")[0], suffix) in files


def show_manager() -> Dict[str, str]:
    """systemd's own properties; empty on a machine without it."""
    return dict(once("systemctl manager", _ask_manager))


def _ask_manager() -> Dict[str, str]:
    properties = "--property=SystemState,Virtualization"
    return parse(machine.ask(["systemctl", "show", "--no-pager", properties]))


def is_started_before(shown: Dict[str, str], paths: List[str]) -> bool:
    """Was one of the files put in place after the unit started? Needs START to be shown."""
    running_s = time.monotonic() - int(shown.get(START) or 0) / 1e6
    return any(_age_s(path) < running_s for path in paths)


def _age_s(path: str) -> float:
    """Of what the file holds now; a missing file is no younger than anything."""
    try:
        return time.time() - os.stat(machine.at(path)).st_ctime
    except FileNotFoundError:
        return float("inf")


def parse(block: str) -> Dict[str, str]:
    found = {}
    for line in block.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            found[name] = value
    return found
