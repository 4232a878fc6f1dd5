"""What Ansible tells while it runs, folded into one result a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class NodeResult:
    """What one playbook run did to one node."""

    changed: list[str] = field(default_factory=list)
    failed_task: str = ""
    reason: str = ""

    @property
    def ok(self) -> bool:
        return not self.failed_task


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that happened, for people who watch."""

    node: str
    task: str
    outcome: str


def take_event(
    event: Mapping[str, Any], nodes: Mapping[str, NodeResult], tell: Callable[[Progress], None]
) -> bool:
    """Fold one ansible-runner event into the node's result; False keeps it from its disk."""
    data, kind = event.get("event_data", {}), event.get("event", "")
    node = data.get("host")
    if node in nodes and kind in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable"):
        tell(_fold(data, kind.removeprefix("runner_on_"), nodes[node]))
    elif kind == "playbook_on_task_start":
        tell(Progress("", data.get("task", ""), "started"))
    return False


def _fold(data: Mapping[str, Any], outcome: str, found: NodeResult) -> Progress:
    task, result = data.get("task", ""), data.get("res") or {}
    if outcome != "ok" and not data.get("ignore_errors"):
        found.failed_task = task or "connect"
        found.reason = _reason(result)
    elif outcome == "ok" and result.get("changed"):
        found.changed.append(task)
        outcome = "changed"
    return Progress(data["host"], task, outcome)


def _reason(result: Mapping[str, Any]) -> str:
    for part in (result.get("results") or [])[::-1]:
        if isinstance(part, dict) and part.get("failed"):
            return _reason({k: v for k, v in part.items() if k != "results"})
    text = result.get("msg") or result.get("stderr") or "no reason given"
    return " ".join(str(text).split())[:600]
