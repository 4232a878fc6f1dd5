"""Intel MPI Benchmarks (IMB-MPI1): a table for each benchmark and each number of processes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import (
    agree,
    has_holes,
    read_count,
    read_number,
    rounding,
    split_lines,
)
from podsys.model.output import Figure, ToolOutput

TOOL = "imb"
END = "# All processes entering MPI_Finalize"
_BENCHMARK = re.compile(r"# Benchmarking (\w+)\s*")
_PROCESSES = re.compile(r"# #processes = ([0-9]{1,7})\s*")
COLUMNS = {
    "t[usec]": ("lat", "us"),
    "t_avg[usec]": ("lat", "us"),
    "Mbytes/sec": ("bw", "MB/s"),
}
KNOWN = {"#bytes", "#repetitions", "t_min[usec]", "t_max[usec]", "defects", *COLUMNS}
_TROUBLE = re.compile(
    r"\bAborted\b|Segmentation fault|MPI_Abort|exited on signal|job aborted|time-out", re.IGNORECASE
)


def recognises(text: str) -> bool:
    return "Intel(R) MPI Benchmarks" in text or "# Benchmarking " in text


def parse(text: str) -> ToolOutput:
    lines = split_lines(text)
    faults = [line.strip()[:200] for line in lines if _TROUBLE.search(line)]
    starts = [n for n, line in enumerate(lines) if _BENCHMARK.fullmatch(line.strip())]
    if not starts and not faults:
        raise Unreadable("no benchmark of IMB in the output")
    gaps = [] if any(line.strip() == END for line in lines[:-1]) else [f"no line '{END}'"]
    figures: list[Figure] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        _read_benchmark(lines[start:end], figures, gaps, faults)
    return ToolOutput(tool=TOOL, figures=tuple(figures), faults=tuple(faults[:5]), gaps=tuple(gaps))


def _read_benchmark(
    lines: Sequence[str], figures: list[Figure], gaps: list[str], faults: list[str]
) -> None:
    title = _BENCHMARK.fullmatch(lines[0].strip())
    headers = [n for n, line in enumerate(lines) if _is_header(line)]
    assert title is not None
    name = title[1].lower()
    if len(headers) != 1:
        gaps.append(f"{name}: no header over its table")
        return
    columns = lines[headers[0]].split()
    unknown = set(columns) - KNOWN
    if unknown or len(set(columns)) != len(columns):
        raise Unreadable(f"{name}: the columns {', '.join(columns)[:80]} are not known")
    found = next((m for m in map(_PROCESSES.match, lines) if m), None)
    setup: dict[str, str | int] = {"ranks": int(found[1])} if found else {}
    before = len(figures)
    rows = list(_read_rows(lines[headers[0] + 1 :], columns, gaps, name))
    for row in rows:
        figures += _figures(name, row, len(rows), setup)
        if row.get("defects") and read_number(row["defects"]):
            faults.append(f"{name}: {row['defects']} defects at {row['#bytes']} bytes")
        gaps += _find_contradiction(name, row)
    gaps += _find_missing(name, rows)
    if len(figures) == before:
        gaps.append(f"{name}: no rows: it ended before it measured anything")


def _is_header(line: str) -> bool:
    words = line.split()
    return "#repetitions" in words and bool(set(words) & COLUMNS.keys())


def _read_rows(
    lines: Sequence[str], columns: Sequence[str], gaps: list[str], name: str
) -> Iterator[dict[str, str]]:
    for line in lines:
        words = line.split()
        if not words or not words[0].isdigit():
            if words and words[0].startswith("#"):
                return
            continue
        if len(words) != len(columns):
            gaps.append(f"{name}: a row has {len(words)} values for {len(columns)} columns")
            continue
        for word in words:
            read_number(word)
        yield dict(zip(columns, words, strict=True))


def _figures(
    name: str, row: dict[str, str], rows: int, setup: dict[str, str | int]
) -> Iterator[Figure]:
    size = read_count(row["#bytes"]) if "#bytes" in row else None
    for column, (ending, unit) in COLUMNS.items():
        if column in row:
            yield Figure(
                metric=f"imb_{name}_{ending}", value=read_number(row[column]), unit=unit,
                size=size, rows=rows, setup=setup,
            )  # fmt: skip


def _find_contradiction(name: str, row: dict[str, str]) -> list[str]:
    """PingPong's bandwidth is size over time: in MiB with old versions, in MB with new ones."""
    if name != "pingpong" or "t[usec]" not in row or "Mbytes/sec" not in row:
        return []
    micros, rate = read_number(row["t[usec]"]), read_number(row["Mbytes/sec"])
    if not micros:
        return [f"{name}: no time"]
    expected = read_count(row["#bytes"]) / micros
    slack = 0.005 + rounding(row["t[usec]"]) / micros
    if agree(rate, expected, slack, 0.01) or agree(rate, expected / 1.048576, slack, 0.01):
        return []
    return [f"{name}: size, time and bandwidth disagree at {row['#bytes']} bytes"]


def _find_missing(name: str, rows: Sequence[dict[str, str]]) -> list[str]:
    sizes = [read_count(row["#bytes"]) for row in rows if "#bytes" in row]
    if has_holes(sizes):
        return [f"{name}: sizes are missing in the sweep"]
    return []


KNOWN_GOOD = f"""\
#----------------------------------------------------------------
#    Intel(R) MPI Benchmarks 2021.7, MPI-1 part
#----------------------------------------------------------------
# Benchmarking PingPong
# #processes = 2
#---------------------------------------------------
       #bytes #repetitions      t[usec]   Mbytes/sec
            0         1000         1.10         0.00
            1         1000         1.00         1.00
            2         1000         1.00         2.00
            4         1000         1.00         4.00

{END}
"""
KNOWN_BAD = (
    "",
    KNOWN_GOOD[: KNOWN_GOOD.index("            0")],
    KNOWN_GOOD[: KNOWN_GOOD.index(END)],
    KNOWN_GOOD.replace("            2         1000         1.00         2.00\n", ""),
    KNOWN_GOOD.replace("        4.00", "        9.00"),
    KNOWN_GOOD.replace("        4.00", "         N/A"),
    KNOWN_GOOD.replace("Mbytes/sec", "Widgets"),
    KNOWN_GOOD + "Abort(1): MPI_Abort was called\n",
)
