"""Columns for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# A wider cell pushes the rest of its row to the next line instead of widening the table:
# one long path must not make all rows wrap at 80 columns.
WIDEST_COLUMN = 36


def align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of equal length as lines; the last column is free."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    starts = [0]
    for width in widths[:-1]:
        starts.append(starts[-1] + min(width, WIDEST_COLUMN) + 2)
    for row in rows:
        yield from _place(row, starts)


def _place(row: Sequence[str], starts: Sequence[int]) -> Iterator[str]:
    line = ""
    for cell, start in zip(row, starts, strict=True):
        if start and len(line) > start - 2 and cell:
            yield line.rstrip()
            line = ""
        line = line.ljust(start) + cell
    yield line.rstrip()
