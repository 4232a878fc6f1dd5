"""Units that must run, or must not: `running` or `stopped`.

Read live from the unit's ActiveState, and for the next boot from its UnitFileState. Set by
systemctl: enabled and started, or stopped, disabled and masked. A unit that does not exist
cannot run: `stopped` then does not apply, `running` is not met.
"""

from typing import Dict, List

from .. import machine
from ..orders import order, reload_later
from ..systemd import Question, show
from . import Item, Readings, read_each, write_each

# When the files are there that it reads.
ORDER = 8

STARTS = ("enabled", "enabled-runtime", "static", "indirect", "alias", "generated", "linked")
RUNS = ("active", "activating", "reloading")


def read(items: List[Item]) -> Readings:
    shown = show(*asks_systemd(items))
    return read_each(items, lambda item: _read_one(item, shown[item["key"]]))


def asks_systemd(items: List[Item]) -> Question:
    return [item["key"] for item in items], [
        "LoadState",
        "ActiveState",
        "SubState",
        "UnitFileState",
    ]


def write(changed: List[Item], wanted: List[Item]) -> None:
    unwanted = sorted(item["key"] for item in changed if item["value"] == "stopped")
    if unwanted:
        _stop(unwanted)
    starting = [item for item in changed if item["value"] != "stopped"]
    _enable([item["key"] for item in starting])
    write_each(starting, _start)


def _enable(units: List[str]) -> None:
    """Only those that are not: for a unit with an old init script it takes long."""
    shown = show(units, ["UnitFileState"]) if units else {}
    idle = [unit for unit in units if shown[unit].get("UnitFileState", "") not in STARTS]
    if idle:
        machine.run(["systemctl", "--no-reload", "unmask"] + idle)
        machine.run(["systemctl", "--no-reload", "enable"] + idle, 90)
        reload_later()


def _start(item: Item) -> None:
    order("start", item["key"], limit_s=90)


def _stop(units: List[str]) -> None:
    machine.run(["systemctl", "--no-reload", "disable"] + units, 90)
    machine.ask(["systemctl", "--no-reload", "mask"] + units, 90)
    machine.ask(["systemctl", "stop"] + units, 90)
    machine.run(["systemctl", "reset-failed"] + units)
    reload_later()


def _read_one(item: Item, shown: Dict[str, str]) -> Dict[str, str]:
    state = shown.get("LoadState", "")
    if state == "not-found":
        if item["value"] == "stopped":
            return {"absent": "there is no unit %s" % item["key"]}
        return {"live": "stopped", "persistent": "stopped", "note": "there is no such unit"}
    if state not in ("loaded", "masked"):
        raise machine.Unreadable("systemd cannot load %s: %s" % (item["key"], state))
    reading = {"live": _live(shown)}
    if is_restarting(shown):
        reading["note"] = "it ended, and systemd starts it again"
    if shown.get("UnitFileState"):  # a unit made at run time has nothing saved
        reading["persistent"] = _saved(shown["UnitFileState"])
    return reading


def _live(shown: Dict[str, str]) -> str:
    """A failed unit is neither: it should run and does not."""
    active = shown.get("ActiveState", "")
    if active == "failed" or is_restarting(shown):
        return "failed"
    return "running" if active in RUNS else "stopped"


def is_restarting(shown: Dict[str, str]) -> bool:
    """Between two attempts a unit that crashes again and again calls itself activating."""
    return shown.get("SubState", "").startswith("auto-restart")


def _saved(state: str) -> str:
    """Only a mask keeps down what others may start: a static unit is not stopped for good."""
    return "running" if state in STARTS else "stopped"
