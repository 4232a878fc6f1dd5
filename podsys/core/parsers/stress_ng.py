"""stress-ng --stream: what each of its processes read and wrote; together the memory's bandwidth.

Its MB are 2**20 bytes. Each line says one rate in three ways: of the four kernels a third more is
read than written, and each eight bytes written are one operation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, read_number, split_lines
from podsys.model.output import Figure, ToolOutput

TOOL = "stress-ng"
METRIC = "cpu_stream_rate"
MIB = 1048576
AGREES = 2e-3
_LINE = re.compile(r"stress-ng: [a-z]{4,5}: {1,2}\[[0-9]{1,8}\] ")
_RATE = re.compile(
    r"stream: memory rate: (\S{1,30}) MB read/sec, (\S{1,30}) MB write/sec, (\S{1,30}) "
    r"(?:double precision )?Mflop/sec \(instance ([0-9]{1,6})\)"
)
_STARTED = re.compile(r"dispatching hogs: ([0-9]{1,6}) stream")
_TROUBLE = re.compile(r"stress-ng: (?:fail|error):")


def recognises(text: str) -> bool:
    return "stress-ng: " in text and "stream" in text


def parse(text: str) -> ToolOutput:
    lines = split_lines(text)
    said = [line[found.end() :] for line in lines if (found := _LINE.match(line))]
    if not said:
        raise Unreadable("stress-ng wrote nothing")
    gaps: list[str] = []
    rates: dict[int, float] = {}
    for words in filter(None, map(_RATE.fullmatch, said)):
        read, written, flops = (read_number(words[place]) for place in (1, 2, 3))
        if int(words[4]) in rates or not written:
            raise Unreadable(f"instance {words[4]} stands there twice, or did nothing")
        rates[int(words[4])] = (read + written) * MIB / 1e6
        if not _agrees(read, written, flops):
            gaps.append(f"instance {words[4]}: its rates contradict each other")
    return ToolOutput(
        tool=TOOL,
        figures=_figures(rates),
        faults=tuple(line.strip()[:200] for line in lines if _TROUBLE.match(line)),
        gaps=(*gaps, *_find_gaps(said, rates)),
    )


def _agrees(read: float, written: float, flops: float) -> bool:
    return agree(read, 1.5 * written, AGREES, 0.02) and agree(
        flops, written * MIB / 8e6, AGREES, 0.02
    )


def _figures(rates: dict[int, float]) -> tuple[Figure, ...]:
    if not rates:
        return ()
    total = round(sum(rates.values()), 1)
    setup: dict[str, str | int] = {"threads": len(rates)}
    return (Figure(metric=METRIC, value=total, unit="MB/s", rows=len(rates), setup=setup),)


def _find_gaps(said: Sequence[str], rates: dict[int, float]) -> list[str]:
    started = [int(found[1]) for found in map(_STARTED.fullmatch, said) if found]
    gaps = []
    if len(started) != 1:
        gaps.append("how many processes were started is missing")
    elif sorted(rates) != list(range(started[0])):
        gaps.append(f"{started[0]} processes were started, {len(rates)} gave a rate")
    if not any(line.startswith("successful run completed") for line in said):
        gaps.append("the run did not come to its end")
    return gaps


KNOWN_GOOD = """\
stress-ng: info:  [501] dispatching hogs: 2 stream
stress-ng: info:  [502] stream: memory rate: 6000.00 MB read/sec, 4000.00 MB write/sec, \
524.29 Mflop/sec (instance 0)
stress-ng: info:  [503] stream: memory rate: 7500.00 MB read/sec, 5000.00 MB write/sec, \
655.36 Mflop/sec (instance 1)
stress-ng: info:  [501] successful run completed in 6.07s
"""
_LINES = KNOWN_GOOD.splitlines(keepends=True)
KNOWN_BAD = (
    "",
    "".join(_LINES[:-1]),
    "".join(_LINES[1:]),
    "".join(_LINES[:2] + _LINES[3:]),
    "".join(_LINES[:2] + _LINES[1:]),
    KNOWN_GOOD.replace("6000.00", "9000.00"),
    KNOWN_GOOD.replace("6000.00", "nan"),
    KNOWN_GOOD.replace("655.36", "955.36"),
    KNOWN_GOOD.replace("hogs: 2", "hogs: 3"),
    KNOWN_GOOD.replace("instance 1", "instance 7"),
    KNOWN_GOOD.replace("memory rate: 7500.00 MB read/sec", "memory rate: 7500.00 MB/sec"),
    KNOWN_GOOD.replace(_LINES[1], "stress-ng: info:  [502] stream: run duration too short\n"),
    KNOWN_GOOD + "stress-ng: fail:  [503] stream: allocation failed\n",
)
