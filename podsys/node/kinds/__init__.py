"""Kinds of item: one file each, found by its name; a new kind is one new file.

A kind has `read(items)`, which gives a reading for each item's id. When podsys itself writes
it, it also has `write(changed, wanted)`: `changed` are the items that differ, `wanted` all items
of the kind that apply on this node. It may have `asks_systemd(items)`, so that all kinds together
ask systemd once; `complete(item)`, which fills in a value that follows from the params; and
`ORDER`, 5 where it is left out: what is of a later order is read after all others were written.
An item is a mapping with id, key, value and params; a reading is as in podsys/model/item.py.

Ansible ships only modules it sees imported. Whoever lays out module_utils therefore adds
`kinds/all_kinds.py`, one `from ansible.module_utils.podsys_node.kinds import KIND` per
kind; nothing but the Ansible module imports it.
"""

from typing import Any, Callable, Dict, List

from ..loading import load_module
from ..machine import Unreadable

Item = Dict[str, Any]
Readings = Dict[str, Dict[str, str]]


def load_kind(name: str) -> Any:
    """The module of a kind; Unreadable when there is none."""
    if not name.isidentifier() or name == "all_kinds":
        raise Unreadable("no kind %r" % name)
    try:
        return load_module(__name__, name)
    except ImportError as error:
        raise Unreadable("no kind %r: %s" % (name, error))


def read_items(kind: str, items: List[Item]) -> Readings:
    """Every item gets a reading; what breaks is that item's error, never an exception."""
    try:
        module = load_kind(kind)
        readings = module.read(items)
    except Exception as error:
        reason = "%s: %s" % (type(error).__name__, error)
        return {item["id"]: {"error": str(error) or reason} for item in items}
    missing = {"error": "the reader of %s did not report it" % kind}
    return {item["id"]: readings.get(item["id"], missing) for item in items}


def read_each(items: List[Item], read_one: Callable[[Item], Dict[str, str]]) -> Readings:
    """Read items one by one; one that cannot be read does not touch the others."""
    readings = {}
    for item in items:
        try:
            readings[item["id"]] = read_one(item)
        except (Unreadable, OSError, ValueError) as error:
            readings[item["id"]] = {"error": str(error) or type(error).__name__}
        except Exception as error:  # such as a parameter that the item lacks
            readings[item["id"]] = {"error": "%s: %s" % (type(error).__name__, error)}
    return readings


def write_each(items: List[Item], write_one: Callable[[Item], None]) -> None:
    """Write items one by one; Unreadable in the end, with the reason of each that failed."""
    failed = []
    for item in items:
        try:
            write_one(item)
        except (Unreadable, OSError, ValueError) as error:
            failed.append("%s: %s" % (item["id"], error))
    if failed:
        raise Unreadable("; ".join(failed))
