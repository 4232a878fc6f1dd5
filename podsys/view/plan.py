"""The plan for people: what will change, where, and what could not be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from podsys.model.build import PlannedBuild
from podsys.model.item import Item, Reading
from podsys.model.nodeset import fold
from podsys.model.plan import Change, Gap, Plan
from podsys.view.console import clean, out
from podsys.view.layout import align
from podsys.view.numbers import count

# What a reading says when nothing was there, and what an item says when nothing may be.
NOTHING_BEFORE = frozenset({"", "unset", "missing", "absent"})
NOTHING_AFTER = frozenset({"unset", "absent", "stopped", "off"})
LONGEST_VALUE = 64  # room for a path
OWN_VALUE = "each node its own"
# The beginning of a hash is enough to tell two apart.
HASH = re.compile(r"(sha256:[0-9a-f]{8})[0-9a-f]+")
# Kinds whose keys say by themselves what they are.
SELF_NAMED = frozenset({"sysctl", "sysfs", "module_option", "config_option", "apt_option"})
COLOURS = {"+": "green", "~": "yellow", "-": "red", "!": "bold", "?": "yellow", "·": "dim"}


def show_plan(plan: Plan, advice: Sequence[Change] = (), *, node_count: int | None = None) -> None:
    """Grouped by role, then item; `advice` is what advisory settings would change."""
    for line in plan_lines(plan, advice):
        mark = line.removeprefix("  ")[:1] if line.startswith("  ") else ""
        style = COLOURS.get(mark, "bold" if not mark else "")
        out().print(clean(line), style=style, soft_wrap=True)
    out().print(summarise(plan, node_count), style="bold", soft_wrap=True)


def plan_lines(plan: Plan, advice: Sequence[Change] = ()) -> Iterator[str]:
    yield from _section("build, before anything is changed", list(describe_builds(plan.builds)))
    for role, changes in groupby(plan.changes, key=lambda change: change.item.role):
        yield from _section(role, describe_changes(changes))
    reboots = [("!", fold(r.nodes), "for " + ", ".join(r.because)) for r in plan.reboots]
    yield from _section("reboot", reboots)
    advised = [("·", *row[1:]) for row in describe_changes(advice)]
    yield from _section("advice (left alone; adopt it in cluster.yaml)", advised)
    yield from _section("could not be read", [("?", *gap) for gap in fold_gaps(plan.gaps)])
    lost = [("?", fold(plan.unreachable), "left as they are")] if plan.unreachable else []
    yield from _section("unreachable", lost)


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield title
        joined = [(f"{mark} {name}", *rest) for mark, name, *rest in rows]
        yield from ("  " + line for line in align(joined))
        yield ""


def describe_builds(builds: Iterable[PlannedBuild]) -> Iterator[tuple[str, str, str]]:
    """A package's version stands with the nodes that get it."""
    for one in builds:
        made = f"once, on {one.node}" if one.node else "kept from an earlier deploy"
        yield "+" if one.node else "·", one.build.name, f"{made}, for {fold(one.nodes)}"


def describe_changes(changes: Iterable[Change]) -> list[tuple[str, str, str, str]]:
    return [describe_alike(group) for group in group_changes(changes)]


def group_changes(changes: Iterable[Change]) -> list[list[Change]]:
    """Together what differs only in the value that each node wants for itself."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.item.id, repr(change.before)), []).append(change)
    return list(groups.values())


def describe_alike(group: Sequence[Change]) -> tuple[str, str, str, str]:
    """A file with the own address is one line, not one for each node."""
    if len(group) == 1:
        return describe_change(group[0])
    before = describe_before(group[0].before)
    nodes = fold(node for change in group for node in change.nodes)
    return (mark(group[0]), name_item(group[0].item), f"{before} → {OWN_VALUE}", nodes)


def describe_change(change: Change) -> tuple[str, str, str, str]:
    before, wanted = describe_before(change.before), shorten(change.item.value)
    bound = {"at_least": "≥ ", "at_most": "≤ "}.get(change.item.compare, "")
    return (mark(change), name_item(change.item), f"{before} → {bound}{wanted}", fold(change.nodes))


def mark(change: Change) -> str:
    """`+` nothing was there, `-` something ends, `~` one value becomes another."""
    faces = {change.before[face] for face in ("live", "persistent") if face in change.before}
    if change.item.value in NOTHING_AFTER:
        return "-"
    return "+" if faces <= NOTHING_BEFORE else "~"


def name_item(item: Item) -> str:
    return item.key if item.kind in SELF_NAMED else f"{item.kind.replace('_', ' ')} {item.key}"


def describe_before(reading: Reading) -> str:
    """Both faces where they differ: a value that is right now may be gone after a boot."""
    live, saved = reading.get("live"), reading.get("persistent")
    if live is None or live == saved:
        return shorten(saved if saved is not None else "unset")
    return shorten(live) + ("" if saved is None else f" (saved: {shorten(saved)})")


def shorten(value: str) -> str:
    shown = HASH.sub(r"\1…", value) if value.strip() else '""'
    return shown if len(shown) <= LONGEST_VALUE else shown[: LONGEST_VALUE - 1] + "…"


def fold_gaps(gaps: Iterable[Gap]) -> list[tuple[str, str, str]]:
    """Item, reason and nodes: one line for all nodes that say the same."""
    nodes: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        nodes.setdefault((gap.item_id, gap.reason), []).append(gap.node)
    return [(item, reason, fold(names)) for (item, reason), names in sorted(nodes.items())]


def summarise(plan: Plan, node_count: int | None = None) -> str:
    unread = {gap.node for gap in plan.gaps} | set(plan.unreachable)
    caveat = f" {count(len(unread), 'node')} could not be read in full." if unread else ""
    if plan.empty:
        return "Nothing to do" + (_praise(node_count) if not unread else ".") + caveat
    touched = {node for change in plan.changes for node in change.nodes}
    rebooted = {node for reboot in plan.reboots for node in reboot.nodes}
    reboots = f", {count(len(rebooted), 'reboot')}" if rebooted else ""
    changes = f"{count(len(plan.changes), 'change')} on {count(len(touched), 'node')}"
    return f"Plan: {changes}{reboots}.{caveat}"


def _praise(node_count: int | None) -> str:
    if node_count is None:
        return ": all is as described."
    return f": {count(node_count, 'node')} {'is' if node_count == 1 else 'are'} as described."


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The plan whole; nothing is folded or shortened."""
    return {
        "empty": plan.empty,
        "changes": [_change_as_json(change) for change in plan.changes],
        "steps": [{"role": step.role, "nodes": step.nodes} for step in plan.steps],
        "reboots": [{"nodes": boot.nodes, "because": boot.because} for boot in plan.reboots],
        "gaps": [asdict(gap) for gap in plan.gaps],
        "unreachable": plan.unreachable,
        "builds": [
            {"package": one.build.pin, "node": one.node, "nodes": one.nodes, "file": one.build.file}
            for one in plan.builds
        ],
    }


def _change_as_json(change: Change) -> dict[str, Any]:
    """Not `asdict` for the whole: it would copy every name of every node."""
    return {"item": asdict(change.item), "before": change.before, "nodes": change.nodes}
