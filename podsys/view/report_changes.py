"""What a run changed, and what it only would have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from podsys.model.plan import Change, Plan
from podsys.view.plan import describe_alike, fold_gaps, group_changes
from podsys.view.short import name_some

# Of an event, these are told in columns of their own.
TOLD = frozenset({"time", "event", "node", "nodes"})


def describe_changes(plan: Plan, events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    happened = [describe_event(event) for event in events]
    return {
        "carried_out": any(event["event"] == "step" for event in happened),
        "changes": [_describe(group) for group in group_changes(plan.changes)],
        "reboots": [
            {"nodes": name_some(reboot.nodes), "because": ", ".join(reboot.because)}
            for reboot in plan.reboots
        ],
        "gaps": [
            {"item": item, "why": why, "nodes": nodes} for item, why, nodes in fold_gaps(plan.gaps)
        ],
        "events": happened,
    }


def _describe(group: Sequence[Change]) -> dict[str, str | bool]:
    mark, name, difference, _ = describe_alike(group)
    return {
        "mark": mark,
        "role": group[0].item.role,
        "id": group[0].item.id,
        "name": name,
        "difference": difference,
        "nodes": name_some(node for change in group for node in change.nodes),
        "reboot": group[0].item.reboot,
    }


def describe_event(event: Mapping[str, Any]) -> dict[str, str]:
    nodes = event.get("nodes")
    names = [str(name) for name in nodes] if isinstance(nodes, list) else []
    names += [str(event["node"])] if "node" in event else []
    details = (f"{key}: {_say(value)}" for key, value in event.items() if key not in TOLD)
    return {
        "time": str(event.get("time", "")),
        "event": str(event.get("event", "")),
        "nodes": name_some(names),
        "details": "; ".join(detail for detail in details if not detail.endswith(": ")),
    }


def _say(value: Any) -> str:
    """Lists of node names folded, mappings as pairs, nothing for nothing."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_say(inner)}".strip() for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_say(inner) for inner in value)
    return "" if value is None else str(value)
