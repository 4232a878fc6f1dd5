"""Values as kernels, firmware and tools write them. Pure.

What cannot be true is None or an empty word, never a fact: a count below zero, a NaN, a text
with control characters in it, a number that no machine of this decade can have.
"""

import re
from typing import Optional

LARGEST = (1 << 64) - 1
LONGEST = 160
WHOLE = re.compile(r"[0-9]{1,20}\Z")
DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?(e[-+]?[0-9]{1,2})?\Z")
HEX = re.compile(r"0x[0-9a-f]{1,16}\Z")
QUOTED = 60


def whole(text: str, most: int = LARGEST) -> Optional[int]:
    """A count; `int` would also take signs, underscores and the digits of other scripts."""
    text = text.strip()
    return bounded(int(text), most) if WHOLE.match(text) else None


def decimal(text: str) -> Optional[float]:
    text = text.strip()
    return float(text) if DECIMAL.match(text) else None


def hexadecimal(text: str) -> str:
    """`0x10DE` -> 10de"""
    text = text.strip().lower()
    return text[2:] if HEX.match(text) else ""


def bounded(number: Optional[int], most: int) -> Optional[int]:
    """None for what is too much to be true, such as the all-ones of a register not there."""
    return number if number is not None and 0 <= number <= most else None


def word(text: str, most: int = LONGEST) -> str:
    """One line that people can read; where its encoding was wrong, U+FFFD stands in it."""
    text = text.strip()
    return text if len(text) <= most and text.isprintable() and "\ufffd" not in text else ""


def quote(text: str) -> str:
    """The beginning of what could not be understood, for the reason of an Unreadable."""
    return repr(text[:QUOTED]) + ("..." if len(text) > QUOTED else "")
