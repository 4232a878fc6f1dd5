"""Products of matrices on each GPU, as podsys runs them with PyTorch."""

from __future__ import annotations

from collections import Counter
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._report import demand_agreement, read_report, take_word, take_words
from podsys.core.parsers._strict import take_count, take_number
from podsys.model.output import Figure, ToolOutput

TOOL = "podsys-matmul"
# Bytes of one element, as it is multiplied.
PRECISIONS = {"fp8": 1, "bf16": 2, "fp16": 2, "tf32": 4, "fp64": 8}


def recognises(text: str) -> bool:
    return '"podsys_matmul"' in text


def parse(text: str) -> ToolOutput:
    head, rows, _ = read_report(text, "podsys_matmul", TOOL)
    devices = take_words(head, "gpus")
    figures = [_read(row, len(devices)) for row in rows]
    _demand_equal(figures, len(devices))
    wrong = [f"{f.wrong} wrong elements: {f.metric}, {f.subject}" for f in figures if f.wrong]
    return ToolOutput(
        tool=TOOL, version=f"PyTorch {take_word(head, 'torch')}", figures=tuple(figures),
        faults=tuple(wrong[:3]), devices=tuple(sorted(set(devices))),
    )  # fmt: skip


def _read(row: dict[str, Any], gpus: int) -> Figure:
    precision, gpu = take_word(row, "precision"), take_count(row, "gpu")
    if precision not in PRECISIONS or gpu >= gpus:
        raise Unreadable(f"{precision} on gpu {gpu} of {gpus} is not known")
    side, where = take_count(row, "side", at_least=1), f"{precision} on gpu {gpu}"
    seconds, rate = take_number(row, "seconds"), take_number(row, "tflops")
    if seconds <= 0:
        raise Unreadable(f"{where}: it took no time")
    demand_agreement(rate, 2 * side**3 / seconds / 1e12, f"{where}: size, time and rate")
    if take_count(row, "checked") != side**2:
        raise Unreadable(f"{where}: not every element was compared")
    return Figure(
        metric=f"{precision}_matmul", value=round(rate, 4), unit="TFLOPS", subject=f"gpu {gpu}",
        size=side**2 * PRECISIONS[precision], wrong=take_count(row, "wrong"),
        setup={"data": "random", "tool": TOOL},
    )  # fmt: skip


def _demand_equal(figures: list[Figure], gpus: int) -> None:
    """The same products on every GPU, each once."""
    found = Counter((one.metric, one.size, one.subject) for one in figures)
    products = {(metric, size) for metric, size, _ in found}
    if len(found) != len(products) * gpus or set(found.values()) != {1}:
        raise Unreadable(f"{len(figures)} results of {len(products)} products on {gpus} GPUs")


def _row(gpu: int, precision: str, side: int, rate: float) -> str:
    seconds = 2 * side**3 / rate / 1e12
    return (
        f'{{"precision": "{precision}", "side": {side}, "seconds": {seconds!r}, "tflops": {rate}, '
        f'"checked": {side * side}, "wrong": 0, "gpu": {gpu}}}\n'
    )


_ROWS = [
    _row(gpu, precision, side, rate + gpu)
    for gpu in (0, 1)
    for precision, side, rate in (
        ("bf16", 4096, 700.25),
        ("bf16", 8192, 780.25),
        ("fp64", 4096, 60.25),
    )
]
KNOWN_GOOD = (
    '{"podsys_matmul": 1, "torch": "2.11.0", "gpus": ["Some GPU", "Some GPU"], "runs": 10}\n'
    + "".join(_ROWS)
    + '{"finished": 6}\n'
)
KNOWN_BAD = (
    "",
    KNOWN_GOOD.removesuffix('{"finished": 6}\n'),
    KNOWN_GOOD.replace(_ROWS[3], ""),
    KNOWN_GOOD.replace(_ROWS[3], "").replace('"finished": 6', '"finished": 5'),
    KNOWN_GOOD.replace(_ROWS[3], _ROWS[0]),
    KNOWN_GOOD.replace('"tflops": 780.25', '"tflops": 980.25'),
    KNOWN_GOOD.replace('"tflops": 780.25', '"tflops": "N/A"'),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": 9', 1),
    KNOWN_GOOD.replace('"checked": 16777216', '"checked": 0', 1),
    KNOWN_GOOD.replace('"precision": "fp64"', '"precision": "fp9"'),
)
