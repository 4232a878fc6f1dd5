"""What podsys's own programs print on nodes: JSON lines, a head, one for each result, an end."""

from __future__ import annotations

from itertools import dropwhile
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree
from podsys.core.parsers._strict import read_json, take_count

AGREES = 1e-6
Line = dict[str, Any]


def read_report(text: str, mark: str, tool: str) -> tuple[Line, list[Line], Line]:
    """Whole, or refused; what a launcher says before the program begins is passed over."""
    lines = (line.strip() for line in text.split("\n"))
    said = dropwhile(lambda line: not line.startswith("{"), lines)
    found = [read_json(line, tool) for line in said if line]
    if len(found) < 3 or mark not in found[0] or "finished" not in found[-1]:
        raise Unreadable(f"{tool} did not run to its end")
    head, *rows, end = found
    if take_count(end, "finished") != len(rows):
        raise Unreadable(f"{tool} lost lines")
    return head, rows, end


def take_word(parent: Line, key: str) -> str:
    found = parent.get(key)
    if not isinstance(found, str) or not found:
        raise Unreadable(f"{key} is no word")
    return found


def take_words(parent: Line, key: str) -> list[str]:
    found = parent.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise Unreadable(f"{key} is no list of words")
    return found


def demand_agreement(said: float, expected: float, what: str) -> None:
    """What is said twice must be the same."""
    if not agree(said, expected, AGREES, 0.0):
        raise Unreadable(f"{what} disagree")
