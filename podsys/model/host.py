"""A host as it stands in a list somebody hands over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    address: str
    groups: tuple[str, ...] = ("compute",)
    bmc: str | None = None
    serial: str | None = None
