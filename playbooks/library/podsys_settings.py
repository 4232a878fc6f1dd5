#!/usr/bin/python
# -*- coding: utf-8 -*-
"""Ansible module: all settings of a node in one task, by the same readers as the probe."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: podsys_settings
short_description: Apply settings of podsys to this node
description:
  - Reads every setting, writes those that differ, both for now and for the next boot, and
    reads them back. What does not read back as wanted fails the task.
  - Readers and writers are those of podsys/node, which the probe uses too.
version_added: "0.1.0"
options:
  settings:
    description: Items with id, kind, key, value, compare, reboot and params.
    type: list
    elements: dict
    required: true
author: podsys
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
"""

EXAMPLES = r"""
- name: Keep processes in memory
  podsys_settings:
    settings:
      - id: sysctl.swappiness
        kind: sysctl
        key: vm.swappiness
        value: "10"
"""

RETURN = r"""
changed_items:
  description: Ids of the settings that were written, or would be.
  returned: always
  type: list
  elements: str
reboot_required:
  description: Ids of settings that are saved and take effect with the next boot.
  returned: always
  type: list
  elements: str
unknown:
  description: Ids of settings that could not be read, with the reason.
  returned: always
  type: dict
"""

# Ansible wants the documents above before all imports.
# ruff: noqa: E402
import fcntl

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.podsys_node.compare import as_number, differs, holds
from ansible.module_utils.podsys_node.kinds import (
    all_kinds,  # noqa: F401 - Ansible ships only what it sees imported
    load_kind,
    read_items,
)
from ansible.module_utils.podsys_node.machine import Unreadable
from ansible.module_utils.podsys_node.memo import forget

LOCK = "/run/podsys.lock"


def main():
    module = AnsibleModule(
        argument_spec={"settings": {"type": "list", "elements": "dict", "required": True}},
        supports_check_mode=True,
    )
    items = [complete(item) for item in module.params["settings"]]
    with open(LOCK, "w") as lock:
        # Two runs must never write at once; the kernel drops the lock with the process.
        fcntl.flock(lock, fcntl.LOCK_EX)
        result, failures = converge_all(items, module.check_mode)
    if failures:
        module.fail_json(msg="; ".join(failures), **result)
    module.exit_json(**result)


def complete(item):
    defaults = {"compare": "equal", "reboot": False, "params": {}, "value": ""}
    item = dict(defaults, **item)
    try:
        fill_in = getattr(load_kind(item["kind"]), "complete", None)
    except Unreadable:
        return item  # who reads it says so
    return fill_in(item) if fill_in else item


def converge_all(items, check_mode):
    """Kind after kind by their order: what is written first may decide what comes later."""
    results, failures = [], []
    orders = {}
    for item in items:
        orders.setdefault(order_of(item["kind"]), []).append(item)
    for order in sorted(orders):
        result, failed = converge(orders[order], check_mode)
        results.append(result)
        failures += failed
    return join(results), failures


def order_of(kind):
    try:
        return getattr(load_kind(kind), "ORDER", 5)
    except Unreadable:
        return 5


def join(results):
    whole = {
        "changed": False,
        "changed_items": [],
        "reboot_required": [],
        "unknown": {},
        "diff": [],
    }
    for result in results:
        whole["changed"] = whole["changed"] or result["changed"]
        whole["unknown"].update(result["unknown"])
        for name in ("changed_items", "reboot_required", "diff"):
            whole[name] = whole[name] + result[name]
    return whole


def converge(items, check_mode):
    """Read, write what differs, read again. Returns the module's result and its failures."""
    before = read_all(items)
    items = [keep_better(item, before[item["id"]]) for item in items]
    changed = [item for item in items if needs_write(item, before[item["id"]])]
    edited = find_edited(changed, items, before)
    errors = {} if check_mode else write_all(changed + edited, items, before)
    after = read_all(changed) if not check_mode else {}
    failures = ["%s: cannot be read: %s" % pair for pair in sorted(unknown_in(before).items())]
    failures += ["%s: %s" % pair for pair in sorted(errors.items())]
    for item in changed if not check_mode else []:
        failures += check_written(item, after[item["id"]])
    waiting = before if check_mode else dict(before, **after)
    result = {
        "changed": bool(changed),
        "changed_items": sorted(item["id"] for item in changed),
        "reboot_required": sorted(i["id"] for i in items if waits(i, waiting[i["id"]])),
        "unknown": unknown_in(before),
        "diff": [describe(item, before[item["id"]]) for item in changed],
    }
    return result, failures


def keep_better(item, reading):
    """Where a bound is wanted, a face that is better already is what both faces get."""
    if item["compare"] == "equal" or not applies(reading):
        return item
    found = [reading[face] for face in ("live", "persistent") if face in reading]
    good = [value for value in found if holds(item["value"], item["compare"], value)]
    best = max if item["compare"] == "at_least" else min
    return dict(item, value=best(good, key=as_number)) if good else item


def read_all(items):
    forget()
    readings = {}
    for kind, own in by_kind(items).items():
        readings.update(read_items(kind, own))
    return readings


def find_edited(changed, items, before):
    """Where somebody edited a drop-in, its items are written again, though they read as wanted."""
    others = [i for i in items if applies(before[i["id"]]) and i not in changed]
    kinds = [item["key"] for item in changed if item["kind"] == "dropin"]
    return [i for kind in kinds for i in load_kind("dropin").find_affected(kind, others)]


def write_all(changed, items, before):
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


def check_written(item, reading):
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


def needs_write(item, reading):
    """A live face that waits for the boot or a new session is no reason to write again."""
    if not applies(reading):
        return False
    faces = differs(item["value"], item["compare"], reading)
    saved = faces == ["live"] and "persistent" in reading
    return bool(faces) and not (saved and comes_later(item))


def comes_later(item):
    """True where writing changes the live face only with the next boot or session."""
    return item["reboot"] or getattr(load_kind(item["kind"]), "LIVE_LATER", False)


def waits(item, reading):
    if not (item["reboot"] and applies(reading)):
        return False
    return "live" in differs(item["value"], item["compare"], reading)


def applies(reading):
    return not reading.get("absent") and not reading.get("error")


def unknown_in(readings):
    return {id_: reading["error"] for id_, reading in readings.items() if reading.get("error")}


def note_of(reading):
    return " (%s)" % reading["note"] if reading.get("note") else ""


def by_kind(items):
    kinds = {}
    for item in items:
        kinds.setdefault(item["kind"], []).append(item)
    return kinds


def describe(item, reading):
    faces = [face for face in ("live", "persistent") if face in reading]
    return {
        "before_header": item["id"],
        "after_header": item["id"],
        "before": "".join("%s %s: %s\n" % (item["key"], f, reading[f]) for f in faces),
        "after": "".join("%s %s: %s\n" % (item["key"], f, item["value"]) for f in faces),
    }


if __name__ == "__main__":
    main()
