"""@pytest.mark.check(id, level, suite, remedy, measures): what a check says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class CheckMark:
    id: str
    level: int
    suite: str
    remedy: str
    measures: tuple[str, ...]


def read_mark(item: Any) -> CheckMark:
    """A test without the mark takes part too: suite from its folder, the cheapest level."""
    mark: pytest.Mark | None = item.get_closest_marker("check")
    said: dict[str, Any] = dict(mark.kwargs) if mark else {}
    suite = str(said.get("suite") or item.path.parent.name)
    name = getattr(item, "originalname", None) or item.name
    return CheckMark(
        id=str(said.get("id") or f"{suite}.{name.removeprefix('test_')}"),
        level=int(said.get("level", 1)),
        suite=suite,
        remedy=str(said.get("remedy", "")),
        measures=tuple(said.get("measures", ())),
    )
