"""GPUs to GPUs as podsys measures them with the driver alone: p2pBandwidthLatencyTest's metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._report import demand_agreement, read_report, take_word, take_words
from podsys.core.parsers._slow_peers import find_slow_peers
from podsys.core.parsers._strict import take_count, take_number
from podsys.model.output import Figure, ToolOutput

TOOL = "podsys-peers"
ELEMENT = 4
ONE_WAY, BOTH_WAYS = ("p2p_bw", "p2p_lat"), "p2p_bw_bidir"
STAGED = "_staged"
Pair = tuple[int, int]


def recognises(text: str) -> bool:
    return '"podsys_peers"' in text


def parse(text: str) -> ToolOutput:
    """Two GPUs that do not reach each other have figures through the host alone."""
    head, rows, _ = read_report(text, "podsys_peers", TOOL)
    devices, size = take_words(head, "gpus"), take_count(head, "bytes", at_least=1)
    small = take_count(head, "small", at_least=1)
    apart = [_read_pair(row, len(devices)) for row in rows if row.get("apart") is True]
    figures = [_read(row, len(devices), size, small) for row in rows if "apart" not in row]
    _demand_all(figures, apart, len(devices))
    faults = [f"{one.wrong} wrong elements: {one.subject}" for one in figures if one.wrong]
    return ToolOutput(
        tool=TOOL, version=f"CUDA driver {take_count(head, 'cuda')}", figures=tuple(figures),
        faults=(*faults[:3], *find_slow_peers(figures)[:3]), devices=tuple(sorted(set(devices))),
    )  # fmt: skip


def _read_pair(row: dict[str, Any], gpus: int) -> Pair:
    one, other = take_count(row, "from"), take_count(row, "to")
    if one == other or max(one, other) >= gpus:
        raise Unreadable(f"gpu {one} and gpu {other} of {gpus}")
    return one, other


def _read(row: dict[str, Any], gpus: int, size: int, small: int) -> Figure:
    metric, pair = take_word(row, "metric"), _read_pair(row, gpus)
    subject, seconds = _name(metric, pair), take_number(row, "seconds")
    what = f"{metric}, {subject}"
    if seconds <= 0:
        raise Unreadable(f"{what}: it took no time")
    if metric.startswith("p2p_lat"):
        spent = take_number(row, "us")
        demand_agreement(spent, seconds * 1e6, f"{what}: both times")
        return Figure(
            metric=metric, value=round(spent, 3), unit="us", subject=subject, size=small,
            setup={"tool": TOOL},
        )  # fmt: skip
    rate = take_number(row, "gbps")
    demand_agreement(rate, size / seconds / 1e9, f"{what}: size, time and rate")
    if take_count(row, "checked") != size // ELEMENT:
        raise Unreadable(f"{what}: not every element was compared")
    return Figure(
        metric=metric, value=round(rate, 3), unit="GB/s", subject=subject, size=size,
        wrong=take_count(row, "wrong"), setup={"tool": TOOL},
    )  # fmt: skip


def _name(metric: str, pair: Pair) -> str:
    arrow = "<->" if metric.startswith(BOTH_WAYS) else "->"
    return f"gpu {pair[0]} {arrow} gpu {pair[1]}"


def _demand_all(figures: Iterable[Figure], apart: Iterable[Pair], gpus: int) -> None:
    """Every pair by every metric, once; what is said to be apart has none of the direct ones."""
    if gpus < 2:
        raise Unreadable("fewer than two devices: there is no peer to measure")
    found = Counter((one.metric, one.subject) for one in figures)
    pairs = set(combinations(range(gpus), 2))
    wanted = {one for pair in pairs for one in _list_metrics(pair, STAGED)}
    wanted |= {one for pair in pairs.difference(apart) for one in _list_metrics(pair, "")}
    if found.keys() != wanted or set(found.values()) != {1}:
        raise Unreadable(f"{found.total()} results where {len(wanted)} must be")


def _list_metrics(pair: Pair, how: str) -> Iterator[tuple[str, str]]:
    for metric in ONE_WAY:
        for way in (pair, pair[::-1]):
            yield metric + how, _name(metric, way)
    yield BOTH_WAYS + how, _name(BOTH_WAYS, pair)


def _rate(metric: str, pair: Pair, rate: float) -> str:
    return (
        f'{{"from": {pair[0]}, "to": {pair[1]}, "metric": "{metric}", "seconds": '
        f'{2**27 / rate / 1e9!r}, "gbps": {rate}, "checked": 33554432, "wrong": 0}}\n'
    )


def _latency(metric: str, pair: Pair, seconds: float) -> str:
    return (
        f'{{"from": {pair[0]}, "to": {pair[1]}, "metric": "{metric}", "seconds": {seconds}, '
        f'"us": {seconds * 1e6!r}}}\n'
    )


def _sample(how: str, rate: float, seconds: float) -> list[str]:
    ways = (0, 1), (1, 0)
    both = _rate(BOTH_WAYS + how, ways[0], rate * 1.5)
    rates = [_rate("p2p_bw" + how, way, rate) for way in ways]
    return [*rates, both, *(_latency("p2p_lat" + how, way, seconds) for way in ways)]


_STAGED, _DIRECT = _sample(STAGED, 20.5, 2.4e-05), _sample("", 370.5, 2.6e-06)
KNOWN_GOOD = (
    '{"podsys_peers": 1, "cuda": 12020, "gpus": ["Some GPU", "Some GPU"], "bytes": 134217728, '
    '"small": 16}\n' + "".join(_STAGED + _DIRECT) + '{"finished": 10}\n'
)
KNOWN_BAD = (
    "",
    KNOWN_GOOD.removesuffix('{"finished": 10}\n'),
    KNOWN_GOOD.replace(_DIRECT[0], ""),
    KNOWN_GOOD.replace(_DIRECT[0], "").replace('"finished": 10', '"finished": 9'),
    KNOWN_GOOD.replace(_DIRECT[0], _DIRECT[1]),
    KNOWN_GOOD.replace(_DIRECT[0], _rate("p2p_bw", (0, 1), 9.5)),
    KNOWN_GOOD.replace('"gbps": 370.5', '"gbps": 470.5', 1),
    KNOWN_GOOD.replace('"gbps": 370.5', '"gbps": null', 1),
    KNOWN_GOOD.replace('"seconds": 2.6e-06', '"seconds": 0', 1),
    KNOWN_GOOD.replace('"wrong": 0', '"wrong": 4', 1),
    KNOWN_GOOD.replace('"checked": 33554432', '"checked": 1', 1),
    KNOWN_GOOD.replace('"gpus": ["Some GPU", "Some GPU"]', '"gpus": ["Some GPU"]'),
    KNOWN_GOOD.replace('{"finished": 10}', '{"from": 0, "to": 1, "apart": true}\n{"finished": 11}'),
)
