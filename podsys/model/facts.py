"""What the probe brought home from one node."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from podsys.model.item import Reading


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the probe; it may fail alone."""

    status: Literal["ok", "unknown"]
    data: dict[str, Any]
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """Facts of one node. `error` is set when the node could not be probed at all."""

    node: str
    error: str = ""
    sections: dict[str, Section] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def reachable(self) -> bool:
        return not self.error

    def get(self, path: str) -> Any:
        """`get("system.kernel")` reads one fact; None when it was not measured."""
        name, _, key = path.partition(".")
        section = self.sections.get(name)
        return section.data.get(key) if section and section.status == "ok" else None
