"""Copies as podsys makes them with the driver alone: nvbandwidth's tests, by its names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._nvb_cases import METRICS
from podsys.core.parsers._report import demand_agreement, read_report, take_word, take_words
from podsys.core.parsers._strict import take_count, take_number
from podsys.model.output import Figure, ToolOutput

TOOL = "podsys-copies"
ELEMENT = 4


def recognises(text: str) -> bool:
    return '"podsys_copies"' in text


def parse(text: str) -> ToolOutput:
    head, rows, _ = read_report(text, "podsys_copies", TOOL)
    devices, size = take_words(head, "gpus"), take_count(head, "bytes", at_least=1)
    figures = [_read(row, len(devices), size) for row in rows]
    _demand_all(figures, len(devices))
    wrong = [f"{one.wrong} wrong elements: {one.subject}" for one in figures if one.wrong]
    return ToolOutput(
        tool=TOOL, version=f"CUDA driver {take_count(head, 'cuda')}", figures=tuple(figures),
        faults=tuple(wrong[:3]), devices=tuple(sorted(set(devices))),
    )  # fmt: skip


def _read(row: dict[str, Any], gpus: int, size: int) -> Figure:
    test, subject = take_word(row, "test"), _name_subject(row, gpus)
    if test not in METRICS or ("device_to_device" in test) != ("->" in subject):
        raise Unreadable(f"{test} of {subject} is no test that is known")
    setup = {"test": test, "tool": TOOL}
    if "problem" in row:
        return Figure(
            metric=METRICS[test], value=None, unit="GB/s", subject=subject, size=size,
            problem=take_word(row, "problem"), setup=setup,
        )  # fmt: skip
    seconds, rate = take_number(row, "seconds"), take_number(row, "gbps")
    if seconds <= 0:
        raise Unreadable(f"{test}, {subject}: it took no time")
    demand_agreement(rate, size / seconds / 1e9, f"{test}, {subject}: size, time and rate")
    if take_count(row, "checked") != size // ELEMENT:
        raise Unreadable(f"{test}, {subject}: not every element was compared")
    return Figure(
        metric=METRICS[test], value=round(rate, 3), unit="GB/s", subject=subject, size=size,
        wrong=take_count(row, "wrong"), setup=setup,
    )  # fmt: skip


def _name_subject(row: Mapping[str, Any], gpus: int) -> str:
    ends = [row[key] for key in ("gpu", "from", "to") if key in row]
    known = all(isinstance(end, int) and 0 <= end < gpus for end in ends)
    if not known or len(set(ends)) != len(ends) or len(ends) != (1 if "gpu" in row else 2):
        raise Unreadable(f"{ends} of {gpus} GPUs")
    return " -> ".join(f"gpu {end}" for end in ends)


def _demand_all(figures: Iterable[Figure], gpus: int) -> None:
    """Each GPU with the host, and with each other, once by every test."""
    found = Counter((str(one.setup["test"]), one.subject) for one in figures)
    host = [f"gpu {gpu}" for gpu in range(gpus)]
    pairs = [f"{one} -> {other}" for one in host for other in host if one != other]
    wanted = {
        (test, subject)
        for test in METRICS
        for subject in (pairs if "device_to_d" in test else host)
    }
    if found.keys() != wanted or set(found.values()) != {1}:
        raise Unreadable(f"{found.total()} results where {len(wanted)} must be")


def _row(test: str, where: str, rate: float) -> str:
    return (
        f'{{{where}, "test": "{test}", "seconds": {2**29 / rate / 1e9!r}, "gbps": {rate}, '
        '"checked": 134217728, "wrong": 0}\n'
    )


_HEAD = (
    '{"podsys_copies": 1, "cuda": 12020, "gpus": ["Some GPU", "Some GPU"], "bytes": 536870912, '
    '"copies": 16}\n'
)
_HOST = [
    _row(f"{way}_memcpy_ce", f'"gpu": {gpu}', 54.5 + gpu)
    for gpu in (0, 1)
    for way in ("device_to_host", "host_to_device")
]
_PEERS = [
    _row(f"device_to_device_memcpy_{way}_ce", f'"from": {one}, "to": {1 - one}', 370.25 + one)
    for one in (0, 1)
    for way in ("write", "read")
]
KNOWN_GOOD = _HEAD + "".join(_HOST + _PEERS) + '{"finished": 8}\n'
KNOWN_BAD = (
    "",
    KNOWN_GOOD.removesuffix('{"finished": 8}\n'),
    KNOWN_GOOD.replace(_PEERS[0], ""),
    KNOWN_GOOD.replace(_PEERS[0], "").replace('"finished": 8', '"finished": 7'),
    KNOWN_GOOD.replace(_PEERS[0], _PEERS[1]),
    KNOWN_GOOD.replace('"gbps": 54.5', '"gbps": 94.5', 1),
    KNOWN_GOOD.replace('"gbps": 54.5', '"gbps": null', 1),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": 4', 1),
    KNOWN_GOOD.replace('"checked": 134217728', '"checked": 1', 1),
    KNOWN_GOOD.replace('"gpus": ["Some GPU", "Some GPU"]', '"gpus": ["Some GPU"]'),
    KNOWN_GOOD.replace(
        _PEERS[0],
        '{"from": 0, "to": 1, "test": "device_to_device_memcpy_write_ce", '
        '"problem": "no peer access"}\n',
    ),
)
