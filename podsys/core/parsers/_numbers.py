"""Strict reading of numbers and lines that a tool printed as text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from podsys.core.parsers import Unreadable

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,3})?")
_COUNT = re.compile(r"[0-9]{1,20}")
# What launchers put before each line: [1,0]<stdout>:  0:  [prterun-n1-7@1,0]<stderr>:
_PREFIX = re.compile(
    r"^\s{0,8}(?:\[[^\]\s<>]{0,80}[0-9]+,[0-9]+\]<std(?:out|err)>:|[0-9]{1,6}:(?=\s|$))"
)


# A matrix over some hundred GPUs is the longest that a tool prints.
LONGEST_LINE = 10_000


def read_number(token: str) -> float:
    """A finite number that is not negative; nothing else stands for a measurement."""
    if not _NUMBER.fullmatch(token):
        raise Unreadable(f"{token[:40]!r} stands where a number must")
    number = float(token)
    if not math.isfinite(number) or number < 0:
        raise Unreadable(f"{token[:40]} is no measurement")
    return number


def read_count(token: str) -> int:
    if not _COUNT.fullmatch(token):
        raise Unreadable(f"{token[:40]!r} stands where a count must")
    return int(token)


def looks_numeric(token: str) -> bool:
    return bool(_NUMBER.fullmatch(token))


def split_lines(text: str) -> list[str]:
    """Lines without what a launcher put before them; only a newline ends a line.

    What is longer than any line of a tool is cut: patterns must not labour over it.
    """
    lines = text.split("\n")
    return [_PREFIX.sub("", line[:LONGEST_LINE], count=1).rstrip("\r") for line in lines]


def has_holes(sizes: Sequence[int]) -> bool:
    """In a sweep each size is twice the one before; it may begin with 0."""
    whole = [size for size in sizes if size]
    return any(after != 2 * before for before, after in pairwise(whole))


def agree(printed: float, expected: float, relative: float, absolute: float) -> bool:
    """What is printed twice must be the same, but for what printing rounds away."""
    return math.isclose(printed, expected, rel_tol=relative, abs_tol=absolute)


def rounding(token: str) -> float:
    """Half a unit of the last digit that was printed."""
    mantissa, _, exponent = token.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(0.5 * 10.0 ** (int(exponent or 0) - decimals))
