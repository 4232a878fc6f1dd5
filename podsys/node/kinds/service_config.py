"""A running unit must have started after the files it reads were last changed: `current`.

Read by comparing the unit's start with the change times of params.files. Set by a restart.
"""

from typing import Dict, List

from ..orders import order, reload_later
from ..systemd import START, Question, is_started_before, show
from . import Item, Readings, read_each, write_each

# Whatever else was written, and whoever was started, this tells what still runs as before.
ORDER = 9


def read(items: List[Item]) -> Readings:
    shown = show(*asks_systemd(items))
    return read_each(items, lambda item: _read_one(item, shown[item["key"]]))


def asks_systemd(items: List[Item]) -> Question:
    return [i["key"] for i in items], ["LoadState", "ActiveState", "NeedDaemonReload", START]


def write(changed: List[Item], wanted: List[Item]) -> None:
    """systemd may not know yet that it lacks a drop-in in a folder that is new to it: where a unit
    file is among what the unit reads, it is told to read them without being asked."""
    shown = show(*asks_systemd(changed))
    if any(found.get("NeedDaemonReload") == "yes" for found in shown.values()) or any(
        "/systemd/system/" in item["params"]["files"] for item in changed
    ):
        reload_later()
    write_each(changed, _restart)


def _restart(item: Item) -> None:
    order("restart", item["key"], limit_s=120)


def _read_one(item: Item, shown: Dict[str, str]) -> Dict[str, str]:
    if shown.get("LoadState") == "not-found":
        return {"live": "stopped", "note": "there is no such unit"}
    if shown.get("ActiveState") != "active":
        return {"live": "stopped"}
    if shown.get("NeedDaemonReload") == "yes":
        return {"live": "stale", "note": "its unit files changed after systemd read them"}
    stale = is_started_before(shown, item["params"]["files"].split())
    return {"live": "stale" if stale else "current"}
