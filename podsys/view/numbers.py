"""Numbers as people read them."""

from __future__ import annotations

from math import ceil, isfinite


def format_number(value: float) -> str:
    """Four digits are more than any measurement here deserves; never 1e+03."""
    if isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if 1000 <= abs(value) < 1e15:
        return f"{value:.0f}"
    return f"{value:.4g}"


def format_bytes(size: float) -> str:
    """As disks and archives count: 1 MB is a million bytes."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{format_number(round(size, 1) if size < 10 else round(size))} {unit}"
        size /= 1000
    return f"{format_number(round(size, 1))} TB"


def format_seconds(seconds: float) -> str:
    """Roughly: nobody waits to the second."""
    for limit, length, unit in ((100, 1, "s"), (6000, 60, "min")):
        if seconds < limit:
            return f"{max(1, round(seconds / length))} {unit}"
    return f"{round(seconds / 3600)} h"


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say_duration(seconds: float) -> str:
    """Rounded up, as a promise should be."""
    if seconds < 90:
        return f"{ceil(seconds)} s"
    if seconds < 2 * 3600:
        return f"{ceil(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
