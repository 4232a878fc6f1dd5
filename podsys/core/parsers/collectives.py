"""The lines of podsys's own collectives: a head, one line for each result, an end.

Bus bandwidth as nccl-tests defines it. Each line says size, time and rate, which must agree, and
how many elements were compared. What only some of the nodes did is a metric of its own, for the
scaling curve: nothing bounds it. Windows of a soak stand as several results of the same size.
"""

from __future__ import annotations

import math
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._strict import read_json, take_count, take_number
from podsys.model.output import Figure, ToolOutput

TOOL = "podsys-collectives"
AGREES = 0.01
ELEMENT = 8
# Does each rank compare the whole message, or one block of it?
WHOLE, ONE_BLOCK = True, False
COMPARED = {"allgather": WHOLE, "reducescatter": ONE_BLOCK, "alltoall": WHOLE, "soak": WHOLE}


def recognises(text: str) -> bool:
    return '"podsys_collectives"' in text


def parse(text: str) -> ToolOutput:
    lines = [line for line in text.split("\n") if line.strip()]
    while lines and not lines[0].lstrip().startswith("{"):
        del lines[0]  # what a launcher says before the program begins
    found = [read_json(line.strip(), TOOL) for line in lines]
    if len(found) < 3 or "podsys_collectives" not in found[0] or "finished" not in found[-1]:
        raise Unreadable("the collectives did not run to their end")
    head, *rows, end = found
    ranks, hosts = take_count(head, "ranks", at_least=2), take_count(head, "hosts", at_least=1)
    if take_count(end, "finished") != len(rows):
        raise Unreadable("the collectives lost lines")
    figures = tuple(_read(row, ranks, len(rows)) for row in rows)
    names = [(figure.metric, figure.size, *figure.setup.values()) for figure in figures]
    single = [name for name in names if name[0] != "mpi_soak_busbw"]
    if len(set(single)) != len(single):
        raise Unreadable("the collectives say a result twice")
    faults = [
        f"{figure.wrong} wrong elements in {figure.metric.split('_')[1]}"
        for figure in figures
        if figure.wrong
    ]
    gaps = () if hosts == ranks else (f"{ranks} ranks on {hosts} hosts: not one on each",)
    return ToolOutput(tool=TOOL, figures=figures, faults=tuple(faults[:3]), gaps=gaps)


def _read(row: dict[str, Any], most: int, rows: int) -> Figure:
    operation = str(row.get("op"))
    ranks, size = take_count(row, "ranks", at_least=2), take_count(row, "bytes", at_least=1)
    if operation not in COMPARED or ranks > most:
        raise Unreadable(f"{operation} over {ranks} ranks is not known")
    seconds, busbw = take_number(row, "seconds"), take_number(row, "busbw_gbps")
    if seconds <= 0:
        raise Unreadable(f"{operation}: it took no time")
    expected = (ranks - 1) / ranks * size * 8 / seconds / 1e9
    if not math.isclose(busbw, expected, rel_tol=AGREES):
        raise Unreadable(f"{operation}: bandwidth, size and time disagree")
    block = size // ranks // ELEMENT
    compared = (ranks if COMPARED[operation] else 1) * ranks * block
    if take_count(row, "checked") != compared or block * ranks * ELEMENT != size:
        raise Unreadable(f"{operation}: not every element was compared")
    part = "" if ranks == most else "_scaling"
    return Figure(
        metric=f"mpi_{operation}_busbw{part}", value=round(busbw, 6), unit="Gbit/s", size=size,
        wrong=take_count(row, "wrong"), rows=rows, setup={"nodes": ranks},
    )  # fmt: skip


def _row(operation: str, size: int, checked: int) -> str:
    return (
        f'{{"op": "{operation}", "ranks": 2, "bytes": {size}, "seconds": 0.5, '
        f'"busbw_gbps": {size * 8 / 1e9}, "checked": {checked}, "wrong": 0}}\n'
    )


_SIZE = 125000000
KNOWN_GOOD = (
    '{"podsys_collectives": 1, "ranks": 2, "hosts": 2}\n'
    + _row("allgather", _SIZE, _SIZE // 4)
    + _row("reducescatter", _SIZE, _SIZE // 8)
    + _row("alltoall", _SIZE, _SIZE // 4)
    + '{"finished": 3}\n'
)
_LINES = KNOWN_GOOD.splitlines(keepends=True)
KNOWN_BAD = (
    "",
    "".join(_LINES[:-1]),
    "".join(_LINES[:2] + _LINES[3:]),
    "".join([*_LINES[:2], _LINES[1], _LINES[2], *_LINES[4:]]),
    KNOWN_GOOD.replace('"hosts": 2', '"hosts": 1'),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": 1', 1),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": null', 1),
    KNOWN_GOOD.replace(f'"checked": {_SIZE // 8}', '"checked": 0'),
    KNOWN_GOOD.replace('"seconds": 0.5', '"seconds": NaN', 1),
    KNOWN_GOOD.replace('"busbw_gbps": 1.0', '"busbw_gbps": 2.0', 1),
    KNOWN_GOOD.replace("alltoall", "allreduce"),
)
