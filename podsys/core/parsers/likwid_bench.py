"""likwid-bench: STREAM's triad, in the variant that its output names.

It prints what it moved and how long that took beside the rate, and operations as well as bytes:
each element is 24 bytes and two operations. How large the arrays are depends on free memory,
and is no part of the figure: the same kernel on as many threads is the same measurement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, read_number, split_lines
from podsys.model.output import Figure, ToolOutput

TOOL = "likwid-bench"
METRIC = "cpu_stream_triad"
BYTES, FLOPS = 24, 2
AGREES = 1e-3
_TEST = re.compile(r"Test: (\w{1,60})")
_THREADS = re.compile(r"Using ([0-9]{1,6}) threads")
_VALUE = re.compile(r"([A-Z][\w/ ()]{2,40}):\t{1,4}(\S{1,40})(?: sec)?")
NEEDED = ("Time", "Number of Flops", "MFlops/s", "Data volume (Byte)", "MByte/s")
_RULE = re.compile(r"-{80}")


def recognises(text: str) -> bool:
    return "LIKWID MICRO BENCHMARK" in text


def parse(text: str) -> ToolOutput:
    lines = split_lines(text)
    if "LIKWID MICRO BENCHMARK" not in lines:
        raise Unreadable("no banner of likwid-bench in the output")
    tests = [found[1] for found in map(_TEST.fullmatch, lines) if found]
    threads = [int(found[1]) for found in map(_THREADS.fullmatch, lines) if found]
    if len(tests) != 1 or len(threads) != 1:
        raise Unreadable("not one test of likwid-bench")
    if not tests[0].startswith("stream") or "_sp" in tests[0]:
        raise Unreadable(f"the test {tests[0]} is not STREAM's triad in double precision")
    values = _read_values(lines)
    missing = [name for name in (*NEEDED, "Instructions") if name not in values]
    if missing:
        return ToolOutput(tool=TOOL, gaps=(f"missing in the output: {', '.join(missing)}",))
    gaps = _find_contradictions(values)
    if not _RULE.fullmatch([line for line in lines if line.strip()][-1]):
        gaps.append("the rule below the results is missing: it was cut")
    figure = Figure(
        metric=METRIC, value=read_number(values["MByte/s"]), unit="MB/s", rows=1,
        setup={"kernel": tests[0], "threads": threads[0]},
    )  # fmt: skip
    return ToolOutput(tool=TOOL, figures=(figure,), gaps=tuple(gaps))


def _read_values(lines: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for found in filter(None, map(_VALUE.fullmatch, lines)):
        if values.setdefault(found[1], found[2]) != found[2]:
            raise Unreadable(f"{found[1]} stands there twice")
    return values


def _find_contradictions(values: Mapping[str, str]) -> list[str]:
    seconds = read_number(values["Time"])
    volume, flops = (read_number(values[key]) for key in ("Data volume (Byte)", "Number of Flops"))
    if not seconds or not volume:
        return ["it moved nothing, or took no time"]
    found = []
    if not agree(read_number(values["MByte/s"]), volume / seconds / 1e6, AGREES, 0.01):
        found.append("rate, volume and time disagree")
    if not agree(read_number(values["MFlops/s"]), flops / seconds / 1e6, AGREES, 0.01):
        found.append("operations, their rate and time disagree")
    if not agree(flops, volume * FLOPS / BYTES, AGREES, 1.0):
        found.append("bytes and operations disagree")
    return found


KNOWN_GOOD = """\
--------------------------------------------------------------------------------
LIKWID MICRO BENCHMARK
Test: stream_mem_sse
--------------------------------------------------------------------------------
Using 1 work groups
Using 4 threads
--------------------------------------------------------------------------------
Time:\t\t\t2.000000e+00 sec
Iterations:\t\t400
Size (Byte):\t\t240000000
Number of Flops:\t2000000000
MFlops/s:\t\t1000.00
Data volume (Byte):\t24000000000
MByte/s:\t\t12000.00
Instructions:\t\t3000000000
UOPs:\t\t\t4000000000
--------------------------------------------------------------------------------
"""
KNOWN_BAD = (
    "",
    KNOWN_GOOD[: KNOWN_GOOD.index("UOPs")],
    KNOWN_GOOD[: KNOWN_GOOD.index("MByte/s")],
    KNOWN_GOOD.replace("12000.00", "15000.00"),
    KNOWN_GOOD.replace("12000.00", "nan"),
    KNOWN_GOOD.replace("2.000000e+00", "1.000000e+00"),
    KNOWN_GOOD.replace("24000000000", "34000000000").replace("12000.00", "17000.00"),
    KNOWN_GOOD.replace("stream_mem_sse", "copy_mem_sse"),
    KNOWN_GOOD.replace("stream_mem_sse", "stream_sp_mem_sse"),
    KNOWN_GOOD.replace("MByte/s:\t\t12000.00\n", "MByte/s:\t\t12000.00\nMByte/s:\t\t9000.00\n"),
    KNOWN_GOOD.replace("Using 4 threads\n", ""),
)
