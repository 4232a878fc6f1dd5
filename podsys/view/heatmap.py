"""Pair measurements as a map of nodes against nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from podsys.model.finding import Measurement
from podsys.view.colours import DARK, SCALE, as_rgb, classify
from podsys.view.condense import condense, name_blocks
from podsys.view.numbers import format_number
from podsys.view.png import as_data_address, encode_png
from podsys.view.worst import rank_nodes

# A table up to this many nodes; a picture and the worst nodes beyond.
LARGEST_TABLE = 64
# Figures in the cells as long as they can be read.
LARGEST_WITH_FIGURES = 16
# Beyond this the picture itself would weigh megabytes, and nobody could see a cell.
LARGEST_PICTURE = 1000
CELL_PIXELS = 4  # enough to hatch a cell that was not measured
PALETTE = (*SCALE, "ffffff", "9a9a9a")
PAPER_INDEX, HATCH_INDEX = len(SCALE), len(SCALE) + 1
SQUARES = [[bytes([index]) * CELL_PIXELS] * CELL_PIXELS for index in range(len(PALETTE))]
HATCHED = [
    bytes(PAPER_INDEX if (x + y) % CELL_PIXELS else HATCH_INDEX for x in range(CELL_PIXELS))
    for y in range(CELL_PIXELS)
]

Pair = tuple[str, str]


@dataclass(slots=True)
class Grid:
    """What was measured from one node (rows) to another (columns)."""

    metric: str
    unit: str
    nodes: list[str]
    values: dict[Pair, float] = field(default_factory=dict)
    problems: dict[Pair, str] = field(default_factory=dict)
    largest: float = 0.0
    mirrored: bool = False  # one number stands for both ways
    ceiling: float | None = None  # what no number should exceed, where less is better

    @property
    def pairs(self) -> int:
        return len(self.nodes) * (len(self.nodes) - 1)

    @property
    def top(self) -> float:
        """Where the scale ends: below its ceiling nothing that is measured looks like a fault."""
        return max(self.largest, self.ceiling or 0.0)

    def colour(self, pair: Pair) -> int:
        value = self.values[pair]
        if self.ceiling is None:
            return classify(value, self.top)
        return classify(self.top - value, self.top) if self.top else len(SCALE) - 1


def make_grids(measurements: Iterable[Measurement], nodes: Iterable[str]) -> list[Grid]:
    """One grid for each metric; a pair measured again counts as measured last."""
    known = set(nodes)
    grids: dict[tuple[str, str], Grid] = {}
    for one in measurements:
        if is_of_pairs(one):
            grid = grids.setdefault((one.metric, one.unit), Grid(one.metric, one.unit, []))
            _enter(grid, (one.nodes[0], one.nodes[1]), one)
            known.update(one.nodes)
    for grid in grids.values():
        grid.nodes = sorted(known)
        grid.largest = max(grid.values.values(), default=0.0)
        _mirror(grid)
    return list(grids.values())


def is_of_pairs(one: Measurement) -> bool:
    """By its metric's name, as in tcp_pair_bw: a collective may have just two nodes, too."""
    return len(one.nodes) == 2 and "pair" in one.metric.split("_")


def _enter(grid: Grid, pair: Pair, one: Measurement) -> None:
    if one.value is not None and isfinite(one.value):
        grid.values[pair] = one.value
    else:
        grid.problems[pair] = one.problem or "the tool gave no number"


def _mirror(grid: Grid) -> None:
    """Where no pair has its reverse, one number stands for both ways."""
    if any((b, a) in grid.values for a, b in grid.values):
        return
    grid.mirrored = True
    grid.values |= {(b, a): value for (a, b), value in grid.values.items()}
    grid.problems |= {(b, a): problem for (a, b), problem in grid.problems.items()}


def describe_grid(grid: Grid, expected: str) -> dict[str, Any]:
    """Plain data for the template: a table of cells, or a picture of them."""
    grid = replace(grid, ceiling=read_ceiling(expected))
    many = len(grid.nodes) > LARGEST_TABLE
    pictured = many and len(grid.nodes) <= LARGEST_PICTURE
    table = grid if not many else None if pictured else _in_blocks(grid)
    return {
        "metric": grid.metric,
        "unit": grid.unit,
        "expected": expected,
        "mirrored": grid.mirrored,
        "nodes": grid.nodes,
        "columns": table.nodes if table else [],
        "block": -(-len(grid.nodes) // len(table.nodes)) if table else 1,
        "figures": len(grid.nodes) <= LARGEST_WITH_FIGURES,
        "rows": [_describe_row(table, node) for node in table.nodes] if table else [],
        "picture": as_data_address(draw(grid)) if pictured else "",
        "measured": len(grid.values),
        "pairs": grid.pairs,
        "top": format_number(grid.top),
        "less_is_better": grid.ceiling is not None,
        "worst": rank_nodes(grid.values, highest=grid.ceiling is not None) if many else [],
        "problems": sorted(f"{a} → {b}: {text}" for (a, b), text in grid.problems.items()),
    }


def read_ceiling(expected: str) -> float | None:
    """`<= 0.3 % (fleet, usual 0)` -> 0.3; None where more is better, or nothing was expected."""
    found = re.match(r"<= ([\d.e+-]+)", expected)
    return float(found[1]) if found else None


def _in_blocks(grid: Grid) -> Grid:
    block_of = name_blocks(grid.nodes, LARGEST_TABLE)
    values = condense(grid.values, block_of, min if grid.ceiling is None else max)
    return replace(grid, nodes=list(dict.fromkeys(block_of.values())), values=values, problems={})


def _describe_row(grid: Grid, row: str) -> dict[str, Any]:
    return {"node": row, "cells": [_describe_cell(grid, (row, column)) for column in grid.nodes]}


def _describe_cell(grid: Grid, pair: Pair) -> Mapping[str, str]:
    way = " → ".join(pair)
    if pair[0] == pair[1] and pair not in grid.values:
        return {"kind": "self", "text": "", "title": pair[0]}
    if pair not in grid.values:
        title = f"{way}: not measured"
        return {
            "kind": "none",
            "text": "",
            "title": f"{title}, {grid.problems.get(pair, '')}".rstrip(", "),
        }
    shown = format_number(grid.values[pair])
    kind = f"h{grid.colour(pair)}"
    return {"kind": kind, "text": shown, "title": f"{way}: {shown} {grid.unit}"}


def draw(grid: Grid) -> bytes:
    """One square per pair; hatched where nothing was measured."""
    palette = [as_rgb(colour) for colour in PALETTE]
    rows: list[bytes] = []
    for row in grid.nodes:
        cells = [_draw_cell(grid, (row, column)) for column in grid.nodes]
        rows += [b"".join(cell[line] for cell in cells) for line in range(CELL_PIXELS)]
    return encode_png(rows, palette)


def _draw_cell(grid: Grid, pair: Pair) -> Sequence[bytes]:
    if pair in grid.values:
        return SQUARES[grid.colour(pair)]
    return SQUARES[PAPER_INDEX] if pair[0] == pair[1] else HATCHED


def make_styles() -> list[dict[str, str]]:
    """The classes of the scale, as colours of background and figures."""
    return [
        {"kind": f"h{step}", "back": f"#{colour}", "ink": "#fff" if step in DARK else "#111"}
        for step, colour in enumerate(SCALE)
    ]
