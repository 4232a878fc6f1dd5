"""Options of INI files with drop-in folders, written `Section.Option`, file in params.file.

Read from the file and its drop-ins in /usr/lib, /run and /etc, merged as systemd does it.
Written to FILE.d/zz-podsys.conf; then params.restart names a unit to restart, or
params.reexec asks systemd to execute itself anew. A service's running value cannot be read;
but one that started before our drop-in was written has not read it, and that shows as live.
"""

from typing import Dict, List

from .. import machine
from ..dropin import merge_folders, numbered_lines, write_lines
from ..orders import reexec_later
from ..systemd import START, Question, is_started_before, show
from . import Item, Readings, read_each, write_each

NAME = "zz-podsys.conf"
PLACES = ("/etc/", "/etc/systemd/")
OWN = tuple(place + "*.conf.d/" + NAME for place in PLACES)
ROOTS = ("/etc", "/run", "/usr/local/lib", "/usr/lib")


def read(items: List[Item]) -> Readings:
    saved: Dict[str, Dict[str, str]] = {}

    def read_one(item: Item) -> Dict[str, str]:
        file = _file_of(item)
        if file not in saved:
            saved[file] = read_merged(file)
        return {"persistent": saved[file].get(item["key"], "unset")}

    readings = read_each([item for item in items if not _unit_of(item)], read_one)
    served = [item for item in items if _unit_of(item)]
    shown = show(*asks_systemd(served))
    return dict(
        readings,
        **read_each(served, lambda i: _with_service(read_one(i), i, shown[_unit_of(i)])),
    )


def asks_systemd(items: List[Item]) -> Question:
    units = [_unit_of(item) for item in items if _unit_of(item)]
    return units, ["LoadState", "ActiveState", START]


def _with_service(reading: Dict[str, str], item: Item, shown: Dict[str, str]) -> Dict[str, str]:
    unit, dropin = _unit_of(item), file_of(item)
    if shown.get("LoadState") == "not-found":
        return {"absent": "there is no unit %s" % unit}
    if shown.get("ActiveState") == "active" and is_started_before(shown, [dropin]):
        reading["live"] = "not read by %s yet" % unit
    return reading


def write(changed: List[Item], wanted: List[Item]) -> None:
    for file in sorted({_file_of(item) for item in changed}):
        _write_file([item for item in wanted if _file_of(item) == file])
    firsts = {_unit_of(item): item for item in changed if _unit_of(item)}
    write_each(list(firsts.values()), _restart)
    if any(item["params"].get("reexec") == "true" for item in changed):
        reexec_later()


def read_merged(file: str) -> Dict[str, str]:
    """`Section.Option` -> value over the file and its drop-ins; an empty value resets."""
    places = ["%s/%s" % (root, file[len("/etc/") :]) for root in ROOTS]
    main = [place for place in places if machine.exists(place)][:1]
    values: Dict[str, str] = {}
    for path in main + merge_folders([place + ".d" for place in places], ".conf"):
        section = ""
        for _, line in numbered_lines(path):
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1]
            elif "=" in line:
                name, _, value = line.partition("=")
                values["%s.%s" % (section, name.strip())] = value.strip() or "unset"
    return values


def file_of(item: Item) -> str:
    return "%s.d/%s" % (_file_of(item), NAME)


def _restart(item: Item) -> None:
    machine.ask(["systemctl", "try-restart", _unit_of(item)], 60)


def _unit_of(item: Item) -> str:
    return str(item["params"].get("restart", ""))


def _file_of(item: Item) -> str:
    file = str(item["params"].get("file", ""))
    if file.rpartition("/")[0] + "/" not in PLACES or not file.endswith(".conf"):
        raise machine.Unreadable(
            "params.file must be a .conf in %s or %s, not %r" % (PLACES + (file,))
        )
    return file


def _write_file(items: List[Item]) -> None:
    """Sections cannot be sorted line by line: the lines of each stay together."""
    sections: Dict[str, List[str]] = {}
    for item in items:
        section, _, option = item["key"].partition(".")
        sections.setdefault(section, []).append("%s=%s" % (option, item["value"]))
    write_lines(
        file_of(items[0]),
        ["\n".join(["[%s]" % section] + sorted(lines)) for section, lines in sections.items()],
    )
