"""Items brought to what is wanted: read, write what differs, read again."""

from typing import Any, Dict, List, Tuple

from .compare import as_number, differs, holds
from .kinds import Item, Readings, load_kind, read_items
from .machine import Unreadable
from .memo import forget
from .orders import settle

Result = Dict[str, Any]
Before = List[Tuple[Item, Dict[str, str]]]


def converge_all(settings: List[Item], check_mode: bool) -> Tuple[Result, List[str]]:
    """What was done, and what failed.

    Kind after kind by their order: what is written first may decide what comes later. What was
    written is read back in the end, when systemd has been told of all of it.
    """
    orders: Dict[int, List[Item]] = {}
    for item in map(complete, settings):
        orders.setdefault(order_of(item["kind"]), []).append(item)
    items: List[Item] = []
    changed: List[Item] = []
    before: Readings = {}
    errors: Dict[str, str] = {}
    for order in sorted(orders):
        own = orders[order]
        before.update(read_all(own))
        own = [keep_better(item, before[item["id"]]) for item in own]
        differing = [item for item in own if needs_write(item, before[item["id"]])]
        if not check_mode:
            edited = find_edited(differing, own, before)
            errors.update(write_all(differing + edited, own, before))
        items += own
        changed += differing
    if not check_mode:
        errors.update(tell_systemd())
    after = read_all(changed) if changed and not check_mode else {}
    failures = ["%s: cannot be read: %s" % pair for pair in sorted(unknown_in(before).items())]
    failures += ["%s: %s" % pair for pair in sorted(errors.items())]
    for item in changed if not check_mode else []:
        failures += check_written(item, after[item["id"]])
    return describe_all(items, changed, before, dict(before, **after)), failures


def tell_systemd() -> Dict[str, str]:
    try:
        settle()
    except Unreadable as error:
        return {"systemd": str(error)}
    return {}


def describe_all(
    items: List[Item], changed: List[Item], before: Readings, after: Readings
) -> Result:
    return {
        "changed": bool(changed),
        "changed_items": sorted(item["id"] for item in changed),
        "reboot_required": sorted(i["id"] for i in items if waits(i, after[i["id"]])),
        "unknown": unknown_in(before),
        "diff": [describe(item, before[item["id"]]) for item in changed],
    }


def complete(item: Item) -> Item:
    defaults = {"compare": "equal", "reboot": False, "params": {}, "value": ""}
    item = dict(defaults, **item)
    try:
        fill_in = getattr(load_kind(item["kind"]), "complete", None)
    except Unreadable:
        return item  # who reads it says so
    return fill_in(item) if fill_in else item


def order_of(kind: str) -> int:
    try:
        return getattr(load_kind(kind), "ORDER", 5)
    except Unreadable:
        return 5


def keep_better(item: Item, reading: Dict[str, str]) -> Item:
    """Where a bound is wanted, a face that is better already is what both faces get."""
    if item["compare"] == "equal" or not applies(reading):
        return item
    found = [reading[face] for face in ("live", "persistent") if face in reading]
    good = [value for value in found if holds(item["value"], item["compare"], value)]
    best = max if item["compare"] == "at_least" else min
    return dict(item, value=best(good, key=lambda v: as_number(v) or 0.0)) if good else item


def read_all(items: List[Item]) -> Readings:
    forget()
    readings = {}
    for kind, own in by_kind(items).items():
        readings.update(read_items(kind, own))
    return readings


def find_edited(changed: List[Item], items: List[Item], before: Readings) -> List[Item]:
    """Where somebody edited a drop-in, its items are written again, though they read as wanted."""
    others = [i for i in items if applies(before[i["id"]]) and i not in changed]
    kinds = [item["key"] for item in changed if item["kind"] == "dropin"]
    return [i for kind in kinds for i in load_kind("dropin").find_affected(kind, others)]


def write_all(changed: List[Item], items: List[Item], before: Readings) -> Dict[str, str]:
    """A kind that cannot be written is reported; the others are written all the same."""
    errors = {}
    for kind, differing in sorted(by_kind(changed).items(), key=lambda pair: pair[0] == "dropin"):
        wanted = [i for i in items if i["kind"] == kind and applies(before[i["id"]])]
        # Files of a kind that could not write them stay as they are.
        own = [i for i in differing if kind != "dropin" or i["key"] not in errors]
        try:
            load_kind(kind).write(own, wanted)
        except Exception as error:
            errors[kind] = "cannot be written: %s" % error
    return errors


def check_written(item: Item, reading: Dict[str, str]) -> List[str]:
    """What was written must read back; a live face may wait for a boot or a new session."""
    if not applies(reading):
        return ["%s: cannot be read back: %s" % (item["id"], reading)]
    late = comes_later(item)
    wrong = [
        face
        for face in differs(item["value"], item["compare"], reading)
        if not (face == "live" and late)
    ]
    return [
        "%s: wrote %s, but %s reads %s%s"
        % (item["id"], item["value"], face, reading[face], note_of(reading))
        for face in wrong
    ]


def needs_write(item: Item, reading: Dict[str, str]) -> bool:
    """A live face that waits for the boot or a new session is no reason to write again."""
    if not applies(reading):
        return False
    faces = differs(item["value"], item["compare"], reading)
    saved = faces == ["live"] and "persistent" in reading
    return bool(faces) and not (saved and comes_later(item))


def comes_later(item: Item) -> bool:
    """True where writing changes the live face only with the next boot or session."""
    return item["reboot"] or getattr(load_kind(item["kind"]), "LIVE_LATER", False)


def waits(item: Item, reading: Dict[str, str]) -> bool:
    if not (item["reboot"] and applies(reading)):
        return False
    return "live" in differs(item["value"], item["compare"], reading)


def applies(reading: Dict[str, str]) -> bool:
    return not reading.get("absent") and not reading.get("error")


def unknown_in(readings: Readings) -> Dict[str, str]:
    return {id_: reading["error"] for id_, reading in readings.items() if reading.get("error")}


def note_of(reading: Dict[str, str]) -> str:
    return " (%s)" % reading["note"] if reading.get("note") else ""


def by_kind(items: List[Item]) -> Dict[str, List[Item]]:
    kinds: Dict[str, List[Item]] = {}
    for item in items:
        kinds.setdefault(item["kind"], []).append(item)
    return kinds


def describe(item: Item, reading: Dict[str, str]) -> Dict[str, str]:
    faces = [face for face in ("live", "persistent") if face in reading]
    return {
        "before_header": item["id"],
        "after_header": item["id"],
        "before": "".join("%s %s: %s\n" % (item["key"], f, reading[f]) for f in faces),
        "after": "".join("%s %s: %s\n" % (item["key"], f, item["value"]) for f in faces),
    }
