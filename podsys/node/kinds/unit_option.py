"""Properties of systemd units, written `UNIT:Property`, section in params.section.

Read live from systemctl show, and for the unit's next start from its file and drop-ins on
disk. Written to /etc/systemd/system/UNIT.d/zz-podsys.conf; the unit restarts only where
params.restart says: without it a running process keeps what it was started with.
"""

from typing import Dict, List

from ..dropin import merge_folders, numbered_lines, write_lines
from ..orders import order, reload_later
from ..systemd import Question, show
from . import Item, Readings, read_each, write_each

NAME = "zz-podsys.conf"
OWN = ("/etc/systemd/system/*.d/" + NAME,)
ROOTS = ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")
ENDLESS = ("18446744073709551615", "infinity")


def read(items: List[Item]) -> Readings:
    shown = show(*asks_systemd(items))
    return read_each(items, lambda item: _read_one(item, shown[_unit_of(item)]))


def asks_systemd(items: List[Item]) -> Question:
    options = [_shown_as(_option_of(item)) for item in items]
    return [_unit_of(item) for item in items], ["LoadState", "FragmentPath"] + options


def write(changed: List[Item], wanted: List[Item]) -> None:
    for unit in sorted({_unit_of(item) for item in changed}):
        own = [item for item in wanted if _unit_of(item) == unit]
        section = own[0]["params"].get("section", "Service")
        lines = sorted("%s=%s" % (_option_of(item), item["value"]) for item in own)
        write_lines(file_of(own[0]), ["\n".join(["[%s]" % section] + lines)])
    reload_later()
    write_each([i for i in changed if i["params"].get("restart") == "true"], _restart)


def file_of(item: Item) -> str:
    return "/etc/systemd/system/%s.d/%s" % (_unit_of(item), NAME)


def _restart(item: Item) -> None:
    order("try-restart", _unit_of(item))


def _unit_of(item: Item) -> str:
    return str(item["key"].partition(":")[0])


def _option_of(item: Item) -> str:
    return str(item["key"].partition(":")[2])


def _read_one(item: Item, shown: Dict[str, str]) -> Dict[str, str]:
    unit, option = _unit_of(item), _option_of(item)
    if shown.get("LoadState") != "loaded":
        return {"absent": "there is no unit %s" % unit}
    reading = {"persistent": _read_saved(unit, option, shown.get("FragmentPath", ""))}
    live = shown.get(_shown_as(option))
    if live is not None:
        reading["live"] = "infinity" if live in ENDLESS else live
    return reading


def _shown_as(option: str) -> str:
    """systemctl names spans of time after their unit."""
    return option[:-3] + "USec" if option.endswith("Sec") else option


def _read_saved(unit: str, option: str, fragment: str) -> str:
    value = "unset"
    folders = ["%s/systemd/system/%s.d" % (root, unit) for root in ROOTS]
    for path in [fragment] * bool(fragment) + merge_folders(folders, ".conf"):
        for _, line in numbered_lines(path):
            name, separator, found = line.partition("=")
            if separator and name.strip() == option:
                value = found.strip() or "unset"
    return value
