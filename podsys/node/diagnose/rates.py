"""Counters as increments per second, from one look at a node to the next.

A counter that went back was reset, and one that was not there before is new: neither has a rate.
"""

from typing import Any, Dict

from ..rules import Unknown

# A burst within seconds must not look like a rate that lasts.
LEAST_S = 60.0


def find_rates(before: Any, now: Dict[str, Any], seconds: float) -> Dict[str, Any]:
    """As `now`, with a rate in place of each counter; Unknown where there is none."""
    return dict(_rate(before, now, max(seconds, LEAST_S)))


def _rate(before: Any, now: Any, seconds: float) -> Any:
    if isinstance(now, dict):
        known = before if isinstance(before, dict) else {}
        return {key: _rate(known.get(key), value, seconds) for key, value in now.items()}
    if not _is_number(before) or not _is_number(now):
        return Unknown("there is no earlier value to compare with", "option", "rates")
    if now < before:
        return Unknown("the counter was reset since the last look", "option", "rates")
    return (now - before) / seconds


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
