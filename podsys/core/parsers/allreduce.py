"""The lines that podsys's own allreduce program prints: a head, one line per size, an end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._strict import read_json, take_count, take_number

GBIT = 1e9
AGREEMENT = 0.01


@dataclass(frozen=True, slots=True)
class Size:
    """One message size: bus bandwidth in Gbit/s, and wrong elements over all ranks."""

    bytes: int
    seconds: float
    busbw_gbps: float
    wrong: int


@dataclass(frozen=True, slots=True)
class Allreduce:
    ranks: int
    hosts: int
    sizes: tuple[Size, ...]

    @property
    def wrong(self) -> int:
        return sum(size.wrong for size in self.sizes)

    @property
    def largest(self) -> Size:
        return max(self.sizes, key=lambda size: size.bytes)


def parse(text: str) -> Allreduce:
    """What a launcher or a login says before the program begins is passed over."""
    said = dropwhile(lambda line: not line.lstrip().startswith("{"), text.splitlines())
    lines = [read_json(line, "allreduce") for line in said if line.strip()]
    if len(lines) < 3 or "podsys_allreduce" not in lines[0] or "finished" not in lines[-1]:
        raise Unreadable("allreduce did not run to its end")
    head, *rows, end = lines
    ranks = take_count(head, "ranks", at_least=2)
    sizes = tuple(_read_size(row, ranks) for row in rows)
    if take_count(end, "finished") != len(sizes) or _sizes_repeat(sizes):
        raise Unreadable("allreduce lost lines")
    return Allreduce(ranks, take_count(head, "hosts", at_least=1), sizes)


def _sizes_repeat(sizes: tuple[Size, ...]) -> bool:
    return len({size.bytes for size in sizes}) != len(sizes)


def _read_size(row: dict[str, Any], ranks: int) -> Size:
    size = take_count(row, "bytes", at_least=1)
    seconds = take_number(row, "seconds")
    if seconds <= 0:
        raise Unreadable("a size took no time")
    busbw = take_number(row, "busbw_gbps")
    expected = 2 * (ranks - 1) / ranks * size * 8 / seconds / GBIT
    if not math.isclose(busbw, expected, rel_tol=AGREEMENT):
        raise Unreadable("bandwidth, size and time disagree")
    if take_count(row, "checked") != ranks * size // take_count(row, "element_bytes", at_least=1):
        raise Unreadable("not every element was checked")
    return Size(size, seconds, busbw, take_count(row, "wrong"))


_HEAD = '{"podsys_allreduce": 1, "ranks": 2, "hosts": 2}\n'
_ROW = (
    '{"bytes": 125000000, "element_bytes": 4, "seconds": 1.0, "busbw_gbps": 1.0, '
    '"checked": 62500000, "wrong": 0}\n'
)

KNOWN_BAD = (
    "",
    _HEAD + _ROW,
    _HEAD + '{"finished": 0}\n',
    _HEAD + _ROW + '{"finished": 2}\n',
    _HEAD + _ROW.replace('"wrong": 0', '"wrong": null') + '{"finished": 1}\n',
    _HEAD + _ROW.replace('"checked": 62500000', '"checked": 0') + '{"finished": 1}\n',
    _HEAD + _ROW.replace('"seconds": 1.0', '"seconds": NaN') + '{"finished": 1}\n',
    _HEAD.replace('"ranks": 2', '"ranks": 1') + _ROW + '{"finished": 1}\n',
)
