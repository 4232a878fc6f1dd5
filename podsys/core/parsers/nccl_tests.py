"""nccl-tests: the table in all its layouts, and -J. rccl-tests prints the same.

Layouts: with and without redop and root, `error` or `#wrong`, `#iters`, timestamps, or statistics
per iteration (-I). Traps: an average over a sweep says nothing; N/A is no zero; rows of size 0
repeat; launchers put prefixes before lines and NCCL its own lines between rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from podsys.core.parsers import Unreadable
from podsys.core.parsers._nccl_json import looks_like_json, read_json_run
from podsys.core.parsers._nccl_notes import is_failure, read_notes
from podsys.core.parsers._nccl_run import Run, finish, join
from podsys.core.parsers._nccl_table import (
    Columns,
    is_header,
    looks_like_row,
    read_header,
    read_row,
)
from podsys.core.parsers._numbers import read_number, split_lines
from podsys.model.output import ToolOutput

TOOL = "nccl-tests"
_BANNER = re.compile(r"#\s+(?:nThread [0-9]+ nGpus|Collective test starting|nccl-tests version)")
_VERSION = re.compile(r"# nccl-tests version (\S+)|NCCL version (\S+)")
_OUT_OF_BOUNDS = re.compile(r"# Out of bounds values\s*: ([0-9]{1,18}) (OK|FAILED)\s*")
_AVERAGE = re.compile(r"# Avg bus bandwidth\s*: (\S+)\s*(OK|FAILED)?\s*")
_RCCL = re.compile(r"\brccl\b|rccl-tests|librccl", re.IGNORECASE)


def recognises(text: str) -> bool:
    return speaks_nccl(text) and not _RCCL.search(text)


def speaks_nccl(text: str) -> bool:
    return bool(_BANNER.search(text)) or looks_like_json(text) or _has_header(text)


def _has_header(text: str) -> bool:
    return "busbw" in text and any(is_header(line) for line in split_lines(text))


def parse(text: str) -> ToolOutput:
    return parse_as(text, TOOL)


def parse_as(text: str, tool: str) -> ToolOutput:
    if not text.strip():
        raise Unreadable(f"{tool} wrote nothing")
    if looks_like_json(text):
        return finish(read_json_run(text, tool), tool)
    lines = split_lines(text)
    # The last line has no newline after it only where the output was cut within it.
    whole, last = lines[:-1], lines[-1]
    runs = [finish(run, tool) for run in _read_runs(whole)]
    if not runs:
        failures = [line.strip()[:200] for line in lines if is_failure(line)]
        if failures:
            return ToolOutput(tool=tool, faults=tuple(failures[:3]), gaps=("no table",))
        raise Unreadable(f"no table of {tool} in the output")
    joined = join(runs, tool)
    if last.strip() and (looks_like_row(last) or "#" in last):
        return replace(joined, gaps=(*joined.gaps, "the output ends within a line"))
    return joined


def _read_runs(lines: Sequence[str]) -> Iterator[Run]:
    """Each header of a table begins the rows of a run; what stands before it introduces it."""
    headers = [number for number, line in enumerate(lines) if is_header(line)]
    begins = [_find_begin(lines, here, before) for before, here in _pairs(headers)]
    ends = [*begins[1:], len(lines)]
    for begin, header, end in zip(begins, headers, ends, strict=False):
        run = Run(read_notes(lines[begin:end]))
        _read_rows(lines[header + 1 : end], read_header(lines[header]), run)
        run.version = _find_version(lines[begin:header])
        yield run


def _pairs(headers: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip([-1, *headers], headers, strict=False)


def _find_begin(lines: Sequence[str], header: int, before: int) -> int:
    """The first banner line after the footer of the run before; the file's start for the first."""
    if before < 0:
        return 0
    for number in range(before + 1, header):
        if _BANNER.match(lines[number].lstrip()):
            return number
    return header


def _read_rows(lines: Sequence[str], columns: Columns, run: Run) -> None:
    for line in lines:
        if looks_like_row(line):
            try:
                run.rows.append(read_row(line, columns))
            except Unreadable as error:
                run.gaps.append(f"a row cannot be read: {error.reason}")
        elif line.lstrip().startswith("#"):
            _read_footer(line.strip(), run)


def _read_footer(line: str, run: Run) -> None:
    bounds, average = _OUT_OF_BOUNDS.fullmatch(line), _AVERAGE.fullmatch(line)
    if bounds:
        run.out_of_bounds = int(bounds[1])
        if bounds[2] != "OK" and not run.out_of_bounds:
            run.faults.append("the tool says FAILED of its results")
    elif average:
        run.average = _read_average(average[1], run)
        if average[2] == "FAILED":
            run.faults.append("the average is below the bound that the tool was given")


def _read_average(word: str, run: Run) -> float | None:
    try:
        return read_number(word)
    except Unreadable as error:
        run.gaps.append(f"the average cannot be read: {error.reason}")
        return None


def _find_version(lines: Sequence[str]) -> str:
    for line in lines:
        found = _VERSION.search(line)
        if found:
            return found[1] or found[2]
    return ""


KNOWN_GOOD = """\
# nccl-tests version 2.17.1 nccl-headers=22803 nccl-library=22803
# Collective test starting: all_reduce_perf
# nThread 1 nGpus 4 minBytes 1048576 maxBytes 4194304 step: 2(factor) warmup iters: 1 iters: 20 \
agg iters: 1 validation: 1 graph: 0
#
# Using devices
#  Rank  0 Group  0 Pid    901 on      alpha device  0 [0000:11:00] Some GPU
#  Rank  1 Group  0 Pid    901 on      alpha device  1 [0000:21:00] Some GPU
#  Rank  2 Group  0 Pid    901 on      alpha device  2 [0000:31:00] Some GPU
#  Rank  3 Group  0 Pid    901 on      alpha device  3 [0000:41:00] Some GPU
#
#                                                              out-of-place            in-place
#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   \
algbw   busbw  #wrong
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  \
(GB/s)  (GB/s)
     1048576        262144     float     sum      -1    50.00   20.97   31.46       0    50.00   \
20.97   31.46       0
     2097152        524288     float     sum      -1    80.00   26.21   39.32       0    80.00   \
26.21   39.32       0
     4194304       1048576     float     sum      -1   100.00   41.94   62.91       0   100.00   \
41.94   62.91       0
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 44.5633
#
# Collective test concluded: all_reduce_perf
"""
_LINES = KNOWN_GOOD.splitlines(keepends=True)

KNOWN_BAD = (
    "",
    "".join(_LINES[:8]),
    "".join(_LINES[:-5]),
    "".join(_LINES[:-2]),
    "".join(_LINES[:-6] + _LINES[-5:]),
    KNOWN_GOOD.replace("62.91       0   100", "62.91       7   100"),
    KNOWN_GOOD.replace("62.91       0   100", "62.91  1.04858e+06   100"),
    KNOWN_GOOD.replace("       0    80.00", "     N/A    80.00"),
    KNOWN_GOOD.replace("values : 0 OK", "values : 2 FAILED"),
    KNOWN_GOOD.replace(": 44.5633", ": 44.5633 FAILED"),
    KNOWN_GOOD.replace("validation: 1", "validation: 0"),
    KNOWN_GOOD.replace("   62.91       0\n", "   92.91       0\n"),
    KNOWN_GOOD.replace("busbw", "other"),
    KNOWN_GOOD + "alpha: Test NCCL failure common.cu:958 'unhandled system error'\n",
)
