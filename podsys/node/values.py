"""Values as kernels, firmware and tools write them. Pure.

What cannot be true is None or an empty word, never a fact: a count below zero, a NaN, a text
with control characters in it, a number that no machine of this decade can have.
"""

from typing import Optional

LARGEST = (1 << 64) - 1
FARTHEST = 1e15
LONGEST = 160
QUOTED = 60
DIGITS = frozenset("0123456789")
HEX = frozenset("0123456789abcdef")
DECIMAL = frozenset("0123456789.e+-")


def whole(text: str, most: int = LARGEST) -> Optional[int]:
    """A count; `int` would also take signs, underscores and the digits of other scripts."""
    text = text.strip()
    is_whole = 0 < len(text) <= 20 and DIGITS.issuperset(text)
    return bounded(int(text), most) if is_whole else None


def decimal(text: str) -> Optional[float]:
    text = text.strip()
    try:
        number = float(text) if len(text) <= 40 and DECIMAL.issuperset(text) else None
    except ValueError:
        return None
    return number if number is not None and abs(number) <= FARTHEST else None


def hexadecimal(text: str) -> str:
    """`0x10DE` -> 10de"""
    text = text.strip().lower()
    return text[2:] if text[:2] == "0x" and 2 < len(text) <= 18 and is_hex(text[2:]) else ""


def is_hex(text: str) -> bool:
    return HEX.issuperset(text)


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


def is_pci_address(text: str) -> bool:
    """`0000:18:00.0`, as sysfs has it"""
    domain, _, rest = text.partition(":")
    bus, _, place = rest.partition(":")
    parts = (domain, bus, place[:2], place[3:])
    shape = [len(part) for part in parts]
    return (
        shape in ([4, 2, 2, 1], [5, 2, 2, 1], [8, 2, 2, 1])
        and place[2] == "."
        and place[3:] < "8"
        and all(map(is_hex, parts))
    )
