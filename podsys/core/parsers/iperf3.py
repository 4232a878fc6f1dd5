"""iperf3's JSON (-J), with or without --bidir: what arrived, as the receivers counted it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._strict import read_json, take_count, take_number, take_object
from podsys.model.output import Figure, ToolOutput

TOOL = "iperf3"
GBIT = 1e9
# The rate is printed beside the bytes and seconds it was made from; they must agree.
AGREEMENT = 0.01
# A test that stopped before half its time measured its start, not the link.
SHORTEST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Flows:
    """Gbit/s received by the server, by the client; None when that way was not tested.

    `resent`: the share of segments that had to be sent again, each way, where iperf3 counts them
    (TCP on Linux).
    """

    to_server: float | None
    to_client: float | None
    seconds: float
    resent_to_server: float | None = None
    resent_to_client: float | None = None


@dataclass(frozen=True, slots=True)
class BothWays:
    """Gbit/s, and the share of segments sent again: to the server, to the client."""

    gbps: tuple[float, float]
    resent: tuple[float | None, float | None]


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
    resent = _read_resent(document, "sum_sent")
    if "sum_sent_bidir_reverse" in end or "sum_received_bidir_reverse" in end:
        second = _read_sum(end, "sum_received_bidir_reverse", shortest)
        back = _read_resent(document, "sum_sent_bidir_reverse")
        return Flows(first, second, seconds, resent, back)
    if asked.get("reverse"):
        return Flows(None, first, seconds, None, resent)
    return Flows(first, None, seconds, resent)


def read_both_ways(text: str) -> BothWays:
    """Refused unless both directions were tested."""
    flows = parse(text)
    if flows.to_server is None or flows.to_client is None:
        raise Unreadable("only one direction was tested")
    resent = (flows.resent_to_server, flows.resent_to_client)
    return BothWays((flows.to_server, flows.to_client), resent)


def parse_both_ways(text: str) -> tuple[float, float]:
    """Gbit/s to the server and to the client."""
    return read_both_ways(text).gbps


def _read_resent(document: dict[str, Any], key: str) -> float | None:
    """Segments sent again, of those that the bytes fill; None where iperf3 does not count them."""
    sent = document["end"].get(key)
    if not isinstance(sent, dict) or "retransmits" not in sent:
        return None
    start = take_object(document, "start")
    segment = take_number(start, "tcp_mss_default", at_least=1.0)
    again, carried = take_count(sent, "retransmits"), take_number(sent, "bytes")
    return min(1.0, again * segment / carried) if carried >= segment else None


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
