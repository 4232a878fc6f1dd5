"""The table of nccl-tests and rccl-tests, its columns found by the header that stands over them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import read_count, read_number, rounding

TIMES = ("time", "cputime")
WRONGS = ("#wrong", "error")
# Columns that some layouts name in the header and leave blank in the rows.
MAY_BE_BLANK = {"redop", "root"}
_ROW = re.compile(r"\s*[0-9]+\s+[0-9]+\s+[a-z][a-z0-9_]*\s")


@dataclass(frozen=True, slots=True)
class Cell:
    """One way of running one size. `wrong` is None where the tool did not look.

    `slack` is the relative error that printing leaves in algbw x time and in busbw / algbw.
    """

    micros: float
    algbw: float
    busbw: float
    wrong: float | None
    busbw_rounding: float
    slack: float


@dataclass(frozen=True, slots=True)
class Row:
    size: int
    kind: tuple[str, ...]  # type, redop, root: as far as the row names them
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Columns:
    """Names in their order, and where each way of running has its own."""

    names: tuple[str, ...]
    starts: tuple[tuple[str, int], ...]


def is_header(line: str) -> bool:
    words = line.split()
    return words[:4] == ["#", "size", "count", "type"] and "busbw" in words


def read_header(line: str) -> Columns:
    names = tuple(line.split()[1:])
    times = [position for position, name in enumerate(names) if name in TIMES]
    if len(times) != 2:
        raise Unreadable("the table's header does not name out-of-place and in-place times")
    for start, end in zip(times, (times[1], len(names)), strict=True):
        here = names[start:end]
        if any(here.count(n) != 1 for n in ("algbw", "busbw")) or not set(here) & set(WRONGS):
            raise Unreadable("the table's header lacks algbw, busbw or #wrong")
    return Columns(names, tuple(zip(("out-of-place", "in-place"), times, strict=True)))


def looks_like_row(line: str) -> bool:
    return bool(_ROW.match(line))


def read_row(line: str, columns: Columns) -> Row:
    found = _align(line.split(), columns.names)
    ends = [start for _, start in columns.starts[1:]] + [len(columns.names)]
    cells = {
        way: _read_cell(dict(zip(columns.names[start:end], found[start:end], strict=True)))
        for (way, start), end in zip(columns.starts, ends, strict=True)
    }
    kind = tuple(word for word in found[2 : columns.starts[0][1]] if word)
    return Row(read_count(found[0]), kind, cells)


def _align(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """One word for each column; only redop and root may be missing, nothing may be over."""
    found = list(words)
    if names[-1] == "timestamp" and len(found) > 2:
        found[-2:] = [" ".join(found[-2:])]
    missing = len(names) - len(found)
    blank = [position for position, name in enumerate(names) if name in MAY_BE_BLANK]
    if missing not in (0, *range(1, len(blank) + 1)):
        raise Unreadable(f"a row has {len(found)} values for {len(names)} columns")
    if missing:
        first = blank[-missing]
        found[first:first] = [""] * missing
    return found


def _read_cell(words: dict[str, str]) -> Cell:
    time = next(words[name] for name in TIMES if name in words)
    wrong = next(words[name] for name in WRONGS if name in words)
    micros, algbw, busbw = (read_number(w) for w in (time, words["algbw"], words["busbw"]))
    pairs = ((micros, time), (algbw, words["algbw"]), (busbw, words["busbw"]))
    return Cell(
        micros,
        algbw,
        busbw,
        None if wrong == "N/A" else read_number(wrong),
        rounding(words["busbw"]),
        sum(rounding(word) / value for value, word in pairs if value),
    )
