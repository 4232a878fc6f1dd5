"""Strict reading of JSON that a tool wrote: only finite numbers, only where they belong."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

from podsys.core.parsers import Unreadable


def read_json(text: str, tool: str) -> dict[str, Any]:
    """One whole JSON object; NaN, a cut or anything around it is refused."""
    if not text.strip():
        raise Unreadable(f"{tool} wrote nothing")
    try:
        found = json.loads(text, parse_constant=_refuse, object_pairs_hook=_distrust_repeats)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{tool} wrote no whole JSON: {error}") from error
    if not isinstance(found, dict):
        raise Unreadable(f"{tool} wrote no JSON object")
    return found


def take_object(parent: dict[str, Any], key: str) -> dict[str, Any]:
    found = parent.get(key)
    if not isinstance(found, dict):
        raise Unreadable(f"no {key} in the output")
    return found


def take_number(parent: dict[str, Any], key: str, at_least: float = 0.0) -> float:
    found = parent.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Unreadable(f"{key} is no number")
    try:
        number = float(found)
    except OverflowError as error:
        raise Unreadable(f"{key} is too large") from error
    if not math.isfinite(number) or number < at_least:
        raise Unreadable(f"{key} is {number}")
    return number


def take_count(parent: dict[str, Any], key: str, at_least: int = 0) -> int:
    found = parent.get(key)
    if isinstance(found, bool) or not isinstance(found, int) or found < at_least:
        raise Unreadable(f"{key} is no count: {found!r}")
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _distrust_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """iperf3 repeats keys here and there; one of two values is no fact, so neither is kept."""
    found = dict(pairs)
    if len(found) != len(pairs):
        times = Counter(key for key, _ in pairs)
        found |= {key: None for key, count in times.items() if count > 1}
    return found
