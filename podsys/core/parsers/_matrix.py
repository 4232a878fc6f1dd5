"""Matrices of one value for each pair, with column numbers over them and row numbers before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import read_number, rounding


@dataclass(frozen=True, slots=True)
class Matrix:
    """`cells` by row and column number; None where the tool printed N/A. `next`: line after it.

    `slack`: what rounding each printed cell may have taken from a sum over all of them.
    """

    columns: int
    cells: dict[tuple[int, int], float | None]
    next: int
    slack: float

    @property
    def rows(self) -> int:
        return len({row for row, _ in self.cells})


def read_matrix(lines: Sequence[str], at: int, corner: str = "") -> Matrix:
    """The matrix whose header is the line at `at`; `corner` is the word over the row numbers."""
    words = lines[at].split() if at < len(lines) else []
    if corner and words[:1] == [corner]:
        words = words[1:]
    columns = [word for word in words if word.isascii() and word.isdigit()]
    if not words or columns != words or [int(word) for word in words] != list(range(len(words))):
        raise Unreadable("a matrix has no header of column numbers")
    cells: dict[tuple[int, int], float | None] = {}
    slack, row, line = 0.0, 0, at + 1
    while line < len(lines) and lines[line].split()[:1] == [str(row)]:
        found = lines[line].split()[1:]
        if len(found) != len(columns):
            raise Unreadable(f"row {row} of a matrix has {len(found)} of {len(columns)} values")
        for column, word in enumerate(found):
            cells[row, column] = None if word == "N/A" else read_number(word)
            slack += rounding(word) if word != "N/A" else 0.0
        row, line = row + 1, line + 1
    if not cells:
        raise Unreadable("a matrix has no rows")
    return Matrix(len(columns), cells, line, slack)
