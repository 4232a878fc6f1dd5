"""iperf3's JSON (-J), with or without --bidir: what arrived, as the receivers counted it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._strict import read_json, take_number, take_object
from podsys.model.output import Figure, ToolOutput

TOOL = "iperf3"
GBIT = 1e9
# The rate is printed beside the bytes and seconds it was made from; they must agree.
AGREEMENT = 0.01
# A test that stopped before half its time measured its start, not the link.
SHORTEST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Flows:
    """Gbit/s received by the server, by the client; None when that way was not tested."""

    to_server: float | None
    to_client: float | None
    seconds: float


def recognises(text: str) -> bool:
    return '"test_start"' in text and ('"sum_received"' in text or '"error"' in text)


def read(text: str) -> ToolOutput:
    """Each tested way as a figure."""
    flows = parse(text)
    ways = {"to the server": flows.to_server, "to the client": flows.to_client}
    figures = [
        Figure(metric="tcp_pair_bw", value=round(rate, 6), unit="Gbit/s", subject=way)
        for way, rate in ways.items()
        if rate is not None
    ]
    return ToolOutput(tool=TOOL, figures=tuple(figures))


def parse(text: str) -> Flows:
    document = read_json(text, "iperf3")
    if "error" in document:
        raise Unreadable(f"iperf3: {document['error']}")
    asked = take_object(take_object(document, "start"), "test_start")
    if asked.get("protocol") != "TCP":
        raise Unreadable("not a TCP test")
    shortest = SHORTEST_SHARE * take_number(asked, "duration")
    end = take_object(document, "end")
    first = _read_sum(end, "sum_received", shortest)
    seconds = take_number(end["sum_received"], "seconds")
    if "sum_sent_bidir_reverse" in end or "sum_received_bidir_reverse" in end:
        return Flows(first, _read_sum(end, "sum_received_bidir_reverse", shortest), seconds)
    return Flows(None, first, seconds) if asked.get("reverse") else Flows(first, None, seconds)


def parse_both_ways(text: str) -> tuple[float, float]:
    """Gbit/s to the server and to the client; refused unless both were tested."""
    flows = parse(text)
    if flows.to_server is None or flows.to_client is None:
        raise Unreadable("only one direction was tested")
    return flows.to_server, flows.to_client


def _read_sum(end: dict[str, Any], key: str, shortest: float) -> float:
    section = take_object(end, key)
    seconds = take_number(section, "seconds")
    if seconds <= 0 or seconds < shortest:
        raise Unreadable(f"{key}: the test ended after {seconds:g} s")
    rate = take_number(section, "bits_per_second")
    counted = take_number(section, "bytes") * 8 / seconds
    if not math.isclose(rate, counted, rel_tol=AGREEMENT, abs_tol=1.0):
        raise Unreadable(f"{key}: rate and bytes disagree")
    return rate / GBIT


_START = '{"start": {"test_start": {"protocol": "TCP", "duration": 1, "reverse": 0}}, "end": {'
_SUM = '"sum_received": {"seconds": 1.0, "bytes": 125000000, "bits_per_second": 1000000000.0}'

KNOWN_BAD = (
    "",
    _START + _SUM,
    _START + _SUM + '}, "error": "control socket has closed unexpectedly"}',
    _START + "}}",
    _START + _SUM.replace("1000000000.0", "NaN") + "}}",
    _START + _SUM.replace("1000000000.0", "-1000000000.0") + "}}",
    _START + _SUM.replace('"seconds": 1.0', '"seconds": 0') + "}}",
    _START + _SUM.replace("1000000000.0", "9000000000.0") + "}}",
    _START + _SUM + ', "sum_sent_bidir_reverse": {}}}',
)
