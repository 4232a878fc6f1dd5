"""Versions as packages carry them, compared by their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable


def without_epoch(version: str) -> str:
    """`1:4.6.0-1` -> `4.6.0-1`"""
    return re.sub(r"^\d+:", "", version)


def makers_part(version: str) -> str:
    """Without epoch and the distribution's revision: `1:535.309.01-0+deb12u1` -> `535.309.01`"""
    return without_epoch(version).rpartition("-")[0] or without_epoch(version)


def is_of(version: str, wanted: str) -> bool:
    """Is this package's version the wanted one: the whole of it, or the maker's part alone, or one
    of a series such as `13.0.*`?"""
    if wanted.endswith(".*"):
        return makers_part(version).startswith(without_epoch(wanted)[:-1])
    return without_epoch(wanted) in (without_epoch(version), makers_part(version))


def settle(wanted: str, found: Iterable[str]) -> str:
    """What a lock holds of a component: of a series the one that its packages were found in."""
    return next(map(makers_part, found), wanted) if wanted.endswith(".*") else wanted


def numbers(version: str) -> tuple[int, ...]:
    """`13.0` -> 13, 0: what can be ordered of the maker's part."""
    return tuple(int(number) for number in re.findall(r"\d+", makers_part(version)))
