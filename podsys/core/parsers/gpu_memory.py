"""STREAM's triad on each GPU, as podsys runs it with the driver alone."""

from __future__ import annotations

from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._report import demand_agreement, read_report, take_words
from podsys.core.parsers._strict import take_count, take_number
from podsys.model.output import Figure, ToolOutput

TOOL = "podsys-memory"
ARRAYS, ELEMENT = 3, 8


def recognises(text: str) -> bool:
    return '"podsys_memory"' in text


def parse(text: str) -> ToolOutput:
    head, rows, _ = read_report(text, "podsys_memory", TOOL)
    devices, array = take_words(head, "gpus"), take_count(head, "array_bytes", at_least=1)
    figures = [_read(row, array) for row in rows]
    if [one.subject for one in figures] != [f"gpu {gpu}" for gpu in range(len(devices))]:
        raise Unreadable(f"{len(figures)} results for {len(devices)} GPUs")
    wrong = [f"{one.wrong} wrong elements: {one.subject}" for one in figures if one.wrong]
    return ToolOutput(
        tool=TOOL, version=f"CUDA driver {take_count(head, 'cuda')}", figures=tuple(figures),
        faults=tuple(wrong[:3]), devices=tuple(sorted(set(devices))),
    )  # fmt: skip


def _read(row: dict[str, Any], array: int) -> Figure:
    gpu = take_count(row, "gpu")
    seconds, rate = take_number(row, "seconds"), take_number(row, "tbps")
    if seconds <= 0:
        raise Unreadable(f"gpu {gpu}: it took no time")
    demand_agreement(rate, ARRAYS * array / seconds / 1e12, f"gpu {gpu}: size, time and rate")
    if take_count(row, "checked") != array // ELEMENT:
        raise Unreadable(f"gpu {gpu}: not every element was compared")
    return Figure(
        metric="hbm_bw", value=round(rate, 6), unit="TB/s", subject=f"gpu {gpu}",
        size=ARRAYS * array, wrong=take_count(row, "wrong"), setup={"tool": TOOL},
    )  # fmt: skip


def _row(gpu: int, rate: float) -> str:
    return (
        f'{{"gpu": {gpu}, "seconds": {3 * 2**30 / rate / 1e12!r}, "tbps": {rate}, '
        '"checked": 134217728, "wrong": 0}\n'
    )


KNOWN_GOOD = (
    '{"podsys_memory": 1, "cuda": 12020, "gpus": ["Some GPU", "Some GPU"], '
    '"array_bytes": 1073741824, "runs": 10}\n' + _row(0, 3.01) + _row(1, 3.02) + '{"finished": 2}\n'
)
KNOWN_BAD = (
    "",
    KNOWN_GOOD.removesuffix('{"finished": 2}\n'),
    KNOWN_GOOD.replace(_row(1, 3.02), ""),
    KNOWN_GOOD.replace(_row(1, 3.02), "").replace('"finished": 2', '"finished": 1'),
    KNOWN_GOOD.replace(_row(1, 3.02), _row(0, 3.02)),
    KNOWN_GOOD.replace('"tbps": 3.01', '"tbps": 9.01'),
    KNOWN_GOOD.replace('"tbps": 3.01', '"tbps": "3.01"'),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": 1', 1),
    KNOWN_GOOD.replace('"checked": 134217728', '"checked": 134217', 1),
    KNOWN_GOOD.replace("1073741824", "2147483648"),
)
