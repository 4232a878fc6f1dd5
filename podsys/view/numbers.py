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


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say_duration(seconds: float) -> str:
    """Rounded up, as a promise should be."""
    if seconds < 90:
        return f"{ceil(seconds)} s"
    if seconds < 2 * 3600:
        return f"{ceil(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
