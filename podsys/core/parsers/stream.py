"""STREAM: four rates, believed only when the tool validated its own results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, looks_numeric, read_number, rounding, split_lines
from podsys.model.output import Figure, ToolOutput

TOOL = "stream"
# Arrays that each kernel reads and writes.
ARRAYS = {"Copy": 2, "Scale": 2, "Add": 3, "Triad": 3}
HEADER = ("Function", "Best", "Rate", "MB/s", "Avg", "time", "Min", "time", "Max", "time")
_VERSION = re.compile(r"STREAM version \$Revision: (\S+) \$")
_ARRAY = re.compile(r"Array size = ([0-9]{1,15}) \(elements\)")
_ELEMENT = re.compile(r"This system uses ([0-9]{1,3}) bytes per array element")
_THREADS = re.compile(r"Number of Threads counted = ([0-9]{1,6})")
_VALID = re.compile(r"Solution Validates: avg error less than \S+ on all three arrays")


def recognises(text: str) -> bool:
    return "STREAM version" in text or "Function    Best Rate MB/s" in text


def parse(text: str) -> ToolOutput:
    lines = split_lines(text)
    rows = _read_rows(lines)
    gaps, faults = [], []
    missing = [name for name in ARRAYS if name not in rows]
    if missing:
        gaps.append(f"rows are missing: {', '.join(missing)}")
    if not any(_VALID.fullmatch(line.strip()) for line in lines):
        gaps.append("the results were not validated, or the output is cut")
    if "Failed Validation" in text or "Validation Failed" in text:
        faults.append("the tool says that its results are wrong")
    bytes_ = _find_size(lines)
    if bytes_ is None:
        gaps.append("the size of the arrays is missing")
    else:
        gaps += _find_contradictions(rows, bytes_)
    return ToolOutput(
        tool=TOOL,
        version=_search(_VERSION, lines) or "",
        figures=tuple(_figure(name, row, bytes_, lines) for name, row in rows.items()),
        faults=tuple(faults),
        gaps=tuple(gaps),
    )


def _read_rows(lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Kernel -> rate, average, least and greatest time, as printed."""
    starts = [n for n, line in enumerate(lines) if tuple(line.split()) == HEADER]
    if len(starts) != 1:
        raise Unreadable("no table of STREAM" if not starts else "more than one table of STREAM")
    rows: dict[str, tuple[str, ...]] = {}
    for line in lines[starts[0] + 1 :]:
        words = line.split()
        name = words[0].removesuffix(":") if words else ""
        if name not in ARRAYS or not words[0].endswith(":"):
            break
        if len(words) != 5 or name in rows or not all(map(looks_numeric, words[1:])):
            raise Unreadable(f"the row {name} cannot be read")
        rows[name] = tuple(words[1:])
    return rows


def _find_size(lines: Sequence[str]) -> int | None:
    count, element = _search(_ARRAY, lines), _search(_ELEMENT, lines)
    return int(count) * int(element) if count and element else None


def _search(pattern: re.Pattern[str], lines: Sequence[str]) -> str | None:
    return next((found[1] for found in map(pattern.search, lines) if found), None)


def _find_contradictions(rows: Mapping[str, tuple[str, ...]], bytes_: int) -> list[str]:
    found = []
    for name, (rate, average, least, most) in rows.items():
        seconds = read_number(least)
        if not seconds or not seconds <= read_number(average) <= read_number(most):
            found.append(f"{name}: its times contradict each other")
            continue
        expected = ARRAYS[name] * bytes_ / seconds / 1e6
        slack = 1e-4 + rounding(least) / seconds
        if not agree(read_number(rate), expected, slack, 0.1):
            found.append(f"{name}: rate, time and size disagree")
    return found


def _figure(name: str, row: tuple[str, ...], bytes_: int | None, lines: Sequence[str]) -> Figure:
    threads = _search(_THREADS, lines)
    setup: dict[str, str | int] = {"threads": int(threads)} if threads else {}
    return Figure(
        metric=f"cpu_stream_{name.lower()}", value=read_number(row[0]), unit="MB/s",
        rows=len(ARRAYS), size=bytes_, setup=setup,
    )  # fmt: skip


KNOWN_GOOD = """\
STREAM version $Revision: 5.10 $
This system uses 8 bytes per array element.
Array size = 50000000 (elements), Offset = 0 (elements)
Number of Threads counted = 16
Function    Best Rate MB/s  Avg time     Min time     Max time
Copy:          200000.0     0.004100     0.004000     0.004300
Scale:         160000.0     0.005100     0.005000     0.005300
Add:           200000.0     0.006100     0.006000     0.006300
Triad:         200000.0     0.006100     0.006000     0.006300
-------------------------------------------------------------
Solution Validates: avg error less than 1.000000e-13 on all three arrays
-------------------------------------------------------------
"""
KNOWN_BAD = (
    "",
    KNOWN_GOOD[: KNOWN_GOOD.index("Copy:")],
    KNOWN_GOOD[: KNOWN_GOOD.index("Triad:")],
    KNOWN_GOOD[: KNOWN_GOOD.index(" on all three")],
    KNOWN_GOOD.replace("Triad:         200000.0", "Triad:         900000.0"),
    KNOWN_GOOD.replace("Triad:         200000.0", "Triad:              nan"),
    KNOWN_GOOD.replace("Triad:", "Other:"),
    KNOWN_GOOD.replace("Best Rate", "Rate"),
    KNOWN_GOOD.replace("Solution Validates", "Failed Validation on array a[], AvgRelAbsErr"),
)
