"""systemd asked once for many units: through its socket, or by systemctl where there is none."""

import os
import time
from typing import Any, Dict, Iterable, List, Set, Tuple

from . import machine
from .memo import once

# systemctl refuses its whole command line for one name that no unit can have.
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_.\\@-")
PLACES = [root + "/systemd/system" for root in ("/etc", "/usr/local/lib", "/usr/lib", "/lib")]
PLACES += ["/etc/systemd/system.control", "/etc/systemd/system.attached"]
PLACES += ["/run/systemd/" + name for name in ("system", "system.control", "system.attached")]
PLACES += ["/run/systemd/" + name for name in ("transient", "generator", "generator.early")]
PLACES += ["/run/systemd/generator.late"]
START = "ActiveEnterTimestampMonotonic"
MANAGER = ("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager")
PROPERTIES = "org.freedesktop.DBus.Properties"
# Read through the socket. What else there is has forms of its own in systemctl's answers.
PLAIN = ("UnitFileState", "NeedDaemonReload", START, "FragmentPath")
LISTED = ("LoadState", "ActiveState", "SubState")

Question = Tuple[List[str], List[str]]  # units, and properties of them


def expect(units: Iterable[str], properties: Iterable[str]) -> None:
    """Whoever will ask for units says so beforehand: systemd is then asked once for all."""
    expected = _expected()
    for unit in units:
        expected.setdefault(unit, set()).update(properties)


def _expected() -> Dict[str, Set[str]]:
    found: Dict[str, Set[str]] = once("units expected", dict)
    return found


def show(units: List[str], properties: List[str]) -> Dict[str, Dict[str, str]]:
    """Unit -> property -> value; units that do not exist have LoadState=not-found."""
    expect(units, properties)
    shown, asked = once("units shown", lambda: ({}, {}))
    if not all(asked.get(unit, set()).issuperset(properties) for unit in units):
        asked.update({unit: set(wanted) for unit, wanted in _expected().items()})
        shown.update(_show(asked))
    return {unit: dict(shown[unit]) for unit in units}


def _show(asked: Dict[str, Set[str]]) -> Dict[str, Dict[str, str]]:
    """systemd takes its time for each unit that it is asked about, so it is not asked in vain."""
    found = {}
    there: Dict[str, Set[str]] = {}
    for unit, properties in asked.items():
        if not (0 < len(unit) < 256 and LETTERS.issuperset(unit)):
            found[unit] = {"LoadState": "not a unit's name"}
        elif not _has_file(unit):
            found[unit] = {"LoadState": "not-found"}
        else:
            there[unit] = properties
    bus = _bus()
    if bus is None:
        return dict(found, **_ask_systemctl(there))
    found.update(_ask_bus(bus, there))
    others = {u: p - {*LISTED, *PLAIN} for u, p in there.items()}
    for unit, shown in _ask_systemctl({u: p for u, p in others.items() if p}).items():
        found[unit].update(shown)
    return found


def _bus() -> Any:
    """None on a machine that has no such socket, or keeps it from us: systemctl says why."""
    return once("systemd's socket", _connect)


def _connect() -> Any:
    if machine.at("/") != "/":
        return None
    from .dbus import Bus

    try:
        return Bus()
    except (OSError, machine.Unreadable):
        return None


def _ask_bus(bus: Any, units: Dict[str, Set[str]]) -> Dict[str, Dict[str, str]]:
    names = sorted(units)
    rows = bus.ask([MANAGER + ("ListUnitsByNames", names)])[0] if names else []
    if rows is None or len(rows) != len(names):
        raise machine.Unreadable("systemd did not tell of all %d units" % len(names))
    found = {n: dict(zip(LISTED, r[2:5]), Id=r[0]) for n, r in zip(names, rows)}
    wanted = [
        (name, row[6], plain)
        for name, row in zip(names, rows)
        for plain in PLAIN
        if plain in units[name]
    ]
    interface = "org.freedesktop.systemd1.Unit"
    calls = [(path, PROPERTIES, "Get", (interface, plain)) for _, path, plain in wanted]
    for (name, _, plain), value in zip(wanted, bus.ask(calls)):
        found[name][plain] = _as_systemctl(value)
    return found


def _as_systemctl(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _ask_systemctl(units: Dict[str, Set[str]]) -> Dict[str, Dict[str, str]]:
    if not units:
        return {}
    names = sorted(units)
    properties = sorted({p for wanted in units.values() for p in wanted})
    asked = ["--property=Id," + ",".join(properties)]
    text = machine.ask(["systemctl", "show", "--no-pager"] + asked + ["--"] + names)
    blocks = [parse(block) for block in text.strip().split("\n\n")]
    if len(blocks) != len(names):
        raise machine.Unreadable("systemctl told of %d of %d units" % (len(blocks), len(names)))
    return dict(zip(names, blocks))


def list_by_state(states: List[str]) -> Dict[str, str]:
    """Unit -> ActiveState, of all units in one of these states."""
    bus = _bus()
    if bus is not None:
        rows = bus.ask([MANAGER + ("ListUnitsFiltered", states)])[0]
        if rows is None:
            raise machine.Unreadable("systemd did not list its units")
        return {row[0]: row[3] for row in rows}
    words = ["systemctl", "list-units", "--all", "--full", "--plain", "--no-legend", "--no-pager"]
    lines = machine.ask(words + ["--state=" + ",".join(states)]).splitlines()
    parts = [line.split(None, 3) for line in lines]
    return {part[0]: part[2] for part in parts if len(part) > 2}


def show_manager() -> Dict[str, str]:
    """systemd's own state, and on what it says that it runs."""
    return dict(once("systemd itself", _ask_manager))


def _ask_manager() -> Dict[str, str]:
    properties = ["SystemState", "Virtualization"]
    bus = _bus()
    if bus is None:
        asked = "--property=" + ",".join(properties)
        return parse(machine.ask(["systemctl", "show", "--no-pager", asked]))
    path, interface = MANAGER
    values = bus.ask([(path, PROPERTIES, "Get", (interface, name)) for name in properties])
    return {name: value for name, value in zip(properties, values) if value is not None}


def _has_file(unit: str) -> bool:
    files = once("unit files", lambda: {f for place in PLACES for f in machine.list_folder(place)})
    name, _, suffix = unit.rpartition(".")
    return unit in files or "%s@.%s" % (name.partition("@")[0], suffix) in files


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
