"""The difference between what is wanted and what was read, as changes, steps and reboots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from podsys.model.facts import NodeFacts
from podsys.model.item import Item, Reading
from podsys.model.plan import Change, Gap, Plan, Reboot, Step
from podsys.node.compare import differs

Wanted = Mapping[str, Sequence[Item]]


def make_plan(wanted: Wanted, facts: Mapping[str, NodeFacts], role_order: Sequence[str]) -> Plan:
    """Compare every node; nodes that differ in the same way share one change."""
    groups: dict[tuple[Item, tuple[tuple[str, str], ...]], list[str]] = {}
    gaps: list[Gap] = []
    unreachable: list[str] = []
    for node, items in wanted.items():
        found = facts.get(node)
        if found is None or not found.reachable:
            unreachable.append(node)
            continue
        for item, reading in _differences(node, items, found, gaps):
            groups.setdefault((item, freeze(reading)), []).append(node)
    changes = tuple(_as_changes(groups, role_order))
    return Plan(
        changes=changes,
        steps=tuple(_steps(changes, role_order)),
        reboots=tuple(_reboots(changes)),
        gaps=tuple(gaps),
        unreachable=tuple(unreachable),
    )


def freeze(reading: Reading) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(key), str(value)) for key, value in reading.items()))


def needs_role(change: Change) -> bool:
    """False for an item that is saved already and waits only for its reboot."""
    faces = differs(change.item.value, change.item.compare, dict(change.before))
    return not (change.item.reboot and faces == ["live"])


def _differences(
    node: str, items: Iterable[Item], facts: NodeFacts, gaps: list[Gap]
) -> Iterator[tuple[Item, Reading]]:
    for item in items:
        reading: Reading = facts.readings.get(item.id, {"error": "the probe did not report it"})
        if reading.get("error"):
            gaps.append(Gap(node, item.id, reading["error"]))
        elif item.advisory or reading.get("absent"):
            continue
        elif differs(item.value, item.compare, dict(reading)):
            yield item, reading


def _as_changes(
    groups: Mapping[tuple[Item, tuple[tuple[str, str], ...]], list[str]], role_order: Sequence[str]
) -> Iterator[Change]:
    rank = {role: position for position, role in enumerate(role_order)}
    ordered = sorted(groups.items(), key=lambda group: (rank[group[0][0].role], group[0][0].id))
    for (item, frozen), nodes in ordered:
        before: Reading = {}
        for key, value in frozen:
            before[key] = value  # type: ignore[literal-required]  # keys come from a Reading
        yield Change(item, before, tuple(nodes))


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
