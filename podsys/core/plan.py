"""The difference between what is wanted and what was read, as changes, steps and reboots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from podsys.core.alike import Alike, Wanted, freeze, group_readings
from podsys.model.build import PlannedBuild
from podsys.model.facts import NodeFacts
from podsys.model.item import Reading
from podsys.model.plan import Change, Gap, Plan, Reboot, Step
from podsys.node.compare import FACES, differs


def make_plan(wanted: Wanted, facts: Mapping[str, NodeFacts], role_order: Sequence[str]) -> Plan:
    """Compare every node; nodes that differ in the same way share one change."""
    groups = group_readings(wanted, facts)
    changes = _as_changes((one for one in groups if not one.item.advisory), role_order)
    return Plan(
        changes=changes,
        steps=tuple(_steps(changes, role_order)),
        reboots=tuple(_reboots(changes)),
        gaps=tuple(gap for one in groups for gap in _gaps(one)),
        unreachable=tuple(node for node in wanted if not _is_reachable(facts.get(node))),
    )


def without_build(plan: Plan, planned: PlannedBuild, role_order: Sequence[str]) -> Plan:
    """The rest of the plan, where this package is not to be had."""
    changes = tuple(kept for change in plan.changes if (kept := _without(change, planned)).nodes)
    builds = tuple(one for one in plan.builds if one != planned)
    return replace(plan, changes=changes, steps=tuple(_steps(changes, role_order)), builds=builds)


def _without(change: Change, planned: PlannedBuild) -> Change:
    """Other nodes may get a package of that name that was built for their system."""
    is_its = change.item.kind in ("package", "package_hold")
    if not is_its or change.item.key != planned.build.name:
        return change
    return replace(change, nodes=tuple(n for n in change.nodes if n not in planned.nodes))


def find_advice(
    wanted: Wanted, facts: Mapping[str, NodeFacts], role_order: Sequence[str]
) -> tuple[Change, ...]:
    """What advisory settings would change if they were adopted."""
    advisory = {node: [item for item in items if item.advisory] for node, items in wanted.items()}
    groups = group_readings(advisory, facts)
    adopted = (Alike(one.item.as_wanted(), one.reading, one.nodes) for one in groups)
    return _as_changes(adopted, role_order)


def needs_role(change: Change) -> bool:
    """False for an item that is saved already and waits only for its reboot."""
    faces = differs(change.item.value, change.item.compare, dict(change.before))
    return not (change.item.reboot and faces == ["live"])


def _is_reachable(found: NodeFacts | None) -> bool:
    return found is not None and found.reachable


def _gaps(alike: Alike) -> Iterator[Gap]:
    """Nothing, unless the reading is missing or says why there is none."""
    reason = _why_unread(alike.reading)
    for node in alike.nodes if reason else ():
        yield Gap(node, alike.item.id, reason)


def _why_unread(reading: Reading | None) -> str:
    if reading is None:
        return "the probe did not report it"
    says_something = reading.get("absent") or not reading.keys().isdisjoint(FACES)
    return reading.get("error") or ("" if says_something else "nothing was read")


def _as_changes(groups: Iterable[Alike], role_order: Sequence[str]) -> tuple[Change, ...]:
    rank = {role: position for position, role in enumerate(role_order)}
    changes = [
        Change(one.item, cast(Reading, dict(freeze(one.reading))), one.nodes)
        for one in groups
        if one.reading is not None and _is_different(one, one.reading)
    ]
    changes.sort(key=lambda change: (rank[change.item.role], change.item.id))
    return tuple(changes)


def _is_different(alike: Alike, reading: Reading) -> bool:
    """What could not be read, or does not exist there, is no difference."""
    if reading.get("absent") or _why_unread(reading):
        return False
    return bool(differs(alike.item.value, alike.item.compare, dict(reading)))


def _steps(changes: Iterable[Change], role_order: Sequence[str]) -> Iterator[Step]:
    nodes_of: dict[str, dict[str, None]] = {}
    for change in changes:
        if needs_role(change):
            nodes_of.setdefault(change.item.role, {}).update(dict.fromkeys(change.nodes))
    for role in role_order:
        if role in nodes_of:
            yield Step(role, tuple(sorted(nodes_of[role])))


def _reboots(changes: Iterable[Change]) -> Iterator[Reboot]:
    """One entry for each set of reasons; a reboot serves everything that waits for it."""
    reasons: dict[str, list[str]] = {}
    for change in changes:
        live = "live" in differs(change.item.value, change.item.compare, dict(change.before))
        if change.item.reboot and live:
            for node in change.nodes:
                reasons.setdefault(node, []).append(change.item.id)
    by_reason: dict[tuple[str, ...], list[str]] = {}
    for node, ids in reasons.items():
        by_reason.setdefault(tuple(ids), []).append(node)
    for because, waiting in sorted(by_reason.items()):
        yield Reboot(tuple(sorted(waiting)), because)
