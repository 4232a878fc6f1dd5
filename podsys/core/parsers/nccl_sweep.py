"""The sweep that podsys runs with NCCL alone: judged, and checked, as nccl-tests' own tables are.

NCCL says for each size which algorithm it took; that of the largest stands with the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from podsys.core.judge.bounds import show_size
from podsys.core.parsers import Unreadable
from podsys.core.parsers._nccl_notes import Notes, read_notes
from podsys.core.parsers._nccl_run import FACTORS, UNCHECKED_IN_PLACE, Run, finish
from podsys.core.parsers._nccl_table import Cell, Row
from podsys.core.parsers._report import read_report, take_word, take_words
from podsys.core.parsers._strict import take_count, take_number
from podsys.model.output import ToolOutput

TOOL = "podsys-nccl"
WAYS = ("out-of-place", "in-place")
ELEMENT = 4
_CHOICE = re.compile(r"([0-9]{1,18}) Bytes -> Algo (\w{1,20}) proto (\w{1,20})")
# As NCCL numbers them where it does not name them.
_ALGORITHMS = ("TREE", "RING", "COLLNET_DIRECT", "COLLNET_CHAIN", "NVLS", "NVLS_TREE", "PAT")
_PROTOCOLS = ("LL", "LL128", "SIMPLE")


def recognises(text: str) -> bool:
    return '"podsys_nccl"' in text


def parse(text: str) -> ToolOutput:
    head, sizes, end = read_report(text, "podsys_nccl", TOOL)
    operation = take_word(head, "operation")
    if operation not in FACTORS:
        raise Unreadable(f"{operation} is no collective that is known")
    notes = _read_notes(head, operation, take_words(end, "nccl_says"))
    run = Run(notes, version=f"NCCL {take_word(head, 'nccl')}")
    for row in _read_rows(sizes, take_word(head, "type"), _ranks(run), operation):
        run.rows.append(row)
    run.average = take_number(end, "average_busbw")
    run.out_of_bounds = sum(take_count(line, "wrong") for line in sizes)
    return finish(run, TOOL)


def _read_notes(head: dict[str, Any], operation: str, said: list[str]) -> Notes:
    hosts = _read_hosts(head)
    notes = read_notes(said, dict(enumerate(host for host, gpus in hosts for _ in gpus)))
    notes.devices = {gpu for _, gpus in hosts for gpu in gpus}
    most = take_count(head, "most", at_least=1)
    notes.sweep = (take_count(head, "least", at_least=1), most, 2, True)
    notes.validated, notes.programs = True, {operation}
    notes.setup |= {"tool": TOOL} | _read_choice(said, most, len(notes.ranks))
    return notes


def _read_hosts(head: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    nodes = head.get("nodes")
    if not isinstance(nodes, list) or not all(isinstance(one, dict) for one in nodes):
        raise Unreadable("the head does not name the nodes")
    hosts = [(take_word(one, "host"), take_words(one, "gpus")) for one in nodes]
    if sum(len(gpus) for _, gpus in hosts) < 2 or len(dict(hosts)) != len(hosts):
        raise Unreadable("fewer than two GPUs, or a node twice")
    return hosts


def _ranks(run: Run) -> int:
    return len(run.notes.ranks)


def _read_choice(said: Iterable[str], most: int, ranks: int) -> dict[str, str | int]:
    """Of the largest message; of some collectives NCCL names the bytes of one rank."""
    found = {int(one[1]): one for one in map(_CHOICE.search, said) if one}
    choice = found.get(most) or found.get(most // ranks)
    if choice is None:
        return {}
    algorithm, protocol = _name(choice[2], _ALGORITHMS), _name(choice[3], _PROTOCOLS)
    return {"algorithm": f"{algorithm}/{protocol} at {show_size(most)}"}


def _name(word: str, names: tuple[str, ...]) -> str:
    return names[int(word)] if word.isdigit() and int(word) < len(names) else word


def _read_rows(
    lines: Iterable[dict[str, Any]], kind: str, ranks: int, operation: str
) -> Iterable[Row]:
    cells: dict[int, dict[str, Cell]] = {}
    for line in lines:
        size, way = take_count(line, "bytes", at_least=1), take_word(line, "way")
        if way not in WAYS or way in cells.setdefault(size, {}):
            raise Unreadable(f"{way} of {size} bytes stands twice, or is no way")
        cells[size][way] = _read_cell(line, size, ranks, operation)
    wanted = WAYS[:1] if operation in UNCHECKED_IN_PLACE else WAYS
    for size, found in cells.items():
        if sorted(found) != sorted(wanted):
            raise Unreadable(f"of {size} bytes only {', '.join(found)}")
        yield Row(size, (kind, "sum"), found)


def _read_cell(line: dict[str, Any], size: int, ranks: int, operation: str) -> Cell:
    whole = size // ELEMENT
    compared = whole if operation == "reduce_scatter" else whole * ranks
    if take_count(line, "checked") != compared:
        raise Unreadable(f"not every element of {size} bytes was compared")
    numbers = (take_number(line, key) for key in ("micros", "algbw", "busbw"))
    micros, algbw, busbw = numbers
    if micros <= 0:
        raise Unreadable(f"{size} bytes took no time")
    return Cell(micros, algbw, busbw, take_count(line, "wrong"), 0.0, 0.0)


def _row(size: int, way: str, micros: float, busbw: float) -> str:
    algbw = size / micros / 1e3
    return (
        f'{{"bytes": {size}, "way": "{way}", "micros": {micros}, "algbw": {algbw}, '
        f'"busbw": {busbw}, "checked": {size // 2}, "wrong": 0}}\n'
    )


_HEAD = (
    '{"podsys_nccl": 1, "operation": "all_reduce", "nccl": "2.32.3", "library": "/w/libnccl.so.2", '
    '"nodes": [{"host": "alpha", "gpus": ["Some GPU", "Some GPU"]}], "type": "float", '
    '"least": 8388608, "most": 16777216, "repeats": 20}\n'
)
_ROWS = (
    _row(8388608, "out-of-place", 80.0, 104.8576)
    + _row(8388608, "in-place", 64.0, 131.072)
    + _row(16777216, "out-of-place", 128.0, 131.072)
    + _row(16777216, "in-place", 128.0, 131.072)
)
_END = (
    '{"finished": 4, "average_busbw": 124.5184, "nccl_says": ["alpha:9:12 [0] NCCL INFO 24 coll '
    'channels, 24 collnet channels, 16 nvls channels, 32 p2p channels", "alpha:9:9 [0] NCCL INFO '
    'AllReduce: 16777216 Bytes -> Algo NVLS proto SIMPLE channel{Lo..Hi}={0..15}"]}\n'
)
KNOWN_GOOD = _HEAD + _ROWS + _END
_LINES = KNOWN_GOOD.splitlines(keepends=True)
KNOWN_BAD = (
    "",
    _HEAD + _ROWS,
    "".join(_LINES[:2] + _LINES[3:]),
    "".join(_LINES[:3] + _LINES[5:]).replace('"finished": 4', '"finished": 2'),
    _HEAD + _END.replace('"finished": 4', '"finished": 0'),
    KNOWN_GOOD.replace("nccl_says", "nobody_says"),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": 3', 1),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": null', 1),
    KNOWN_GOOD.replace('"checked": 4194304', '"checked": 0', 1),
    KNOWN_GOOD.replace('"busbw": 131.072', '"busbw": 931.072', 1),
    KNOWN_GOOD.replace('"busbw": 104.8576', '"busbw": NaN'),
    KNOWN_GOOD.replace('"micros": 80.0', '"micros": 8.0'),
    KNOWN_GOOD.replace('"gpus": ["Some GPU", "Some GPU"]', '"gpus": ["Some GPU"]'),
    KNOWN_GOOD.replace('"way": "in-place"', '"way": "out-of-place"', 1),
    KNOWN_GOOD.replace("124.5184", "140.5184"),
)
