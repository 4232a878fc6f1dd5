"""Does a reading differ from what is wanted? Pure; planner, checks and writer share it."""

from math import isnan
from typing import Any, Dict, List, Optional

FACES = ("live", "persistent")
ENDLESS = ("unlimited", "infinity")


def differs(value: str, compare: str, reading: Dict[str, Any]) -> List[str]:
    """The faces of `reading` that are not as wanted; ValueError when it has no face."""
    faces = [face for face in FACES if face in reading]
    if not faces:
        raise ValueError("nothing was read")
    return [face for face in faces if not holds(value, compare, str(reading[face]))]


def holds(wanted: str, compare: str, found: str) -> bool:
    if compare == "equal":
        return _equal(_normalise(wanted), _normalise(found))
    bound, number = as_number(wanted), as_number(found)
    if bound is None or number is None:
        return False
    return number >= bound if compare == "at_least" else number <= bound


def as_number(text: str) -> Optional[float]:
    text = text.strip()
    if text in ENDLESS:
        return float("inf")
    try:
        number = float(text)
    except ValueError:
        return None
    return None if isnan(number) else number


def _normalise(text: str) -> str:
    return " ".join(text.split())


def _equal(wanted: str, found: str) -> bool:
    """Numbers as numbers, so that 010 and 10.0 are what a kernel takes them for."""
    if wanted == found:
        return True
    one, other = as_number(wanted), as_number(found)
    return one is not None and one == other
