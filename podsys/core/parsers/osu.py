"""OSU micro-benchmarks: the title says which one it is, the header what each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import (
    has_holes,
    looks_numeric,
    read_count,
    read_number,
    split_lines,
)
from podsys.model.output import Figure, ToolOutput

TOOL = "osu"
# Where the tools end unless told otherwise, bytes.
LAST_OF_PAIR, LAST_OF_COLLECTIVE = 4194304, 1048576
PAIRWISE = {
    "Latency", "Bandwidth", "Bi-Directional Bandwidth", "Multi Latency",
    "Multiple Bandwidth / Message Rate",
}  # fmt: skip
_TITLE = re.compile(
    r"# OSU MPI(?:-[A-Z]+)? (?P<name>[A-Za-z_ /-]+?(?: Test)?)(?: with .+?)?"
    r"(?: v(?P<version>[0-9.]+))?\s*"
)
_HEADER = re.compile(r"# Size\b")
# What a column holds: metric ending and unit. Others are kept out.
COLUMNS = {
    "Bandwidth (MB/s)": ("bw", "MB/s"),
    "Latency (us)": ("lat", "us"),
    "Avg Latency(us)": ("lat", "us"),
    "Avg Lat(us)": ("lat", "us"),
    "Avg Latency (us)": ("lat", "us"),
    "MB/s": ("bw", "MB/s"),
}
OTHERS = ("Messages/s", "Min Latency(us)", "Max Latency(us)", "Iterations", "Validation")
_TROUBLE = re.compile(
    r"\bAborted\b|Segmentation fault|PMIX_ERROR|MPI_ABORT|MPI_Abort|exited on signal|DATA CORRUPT"
    r"|job aborted|terminated with signal|Validation:? Fail",
    re.IGNORECASE,
)


def recognises(text: str) -> bool:
    return "# OSU MPI" in text


def parse(text: str) -> ToolOutput:
    lines = split_lines(text)
    if text.strip() and lines[-1].strip():
        raise Unreadable("the output ends within a line")
    faults = [line.strip()[:200] for line in lines if _TROUBLE.search(line)]
    figures: list[Figure] = []
    gaps: list[str] = []
    starts = [n for n, line in enumerate(lines) if len(line) < 200 and _TITLE.fullmatch(line)]
    if not starts and not faults:
        raise Unreadable("no title of an OSU benchmark in the output")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        found, missing = _read_table(lines[start:end])
        figures += found
        gaps += missing
    title = _TITLE.fullmatch(lines[starts[0]]) if starts else None
    return ToolOutput(
        tool=TOOL, version=(title["version"] or "") if title else "",
        figures=tuple(figures), faults=tuple(faults[:3]), gaps=tuple(gaps),
    )  # fmt: skip


def _read_table(lines: Sequence[str]) -> tuple[list[Figure], list[str]]:
    title = _TITLE.fullmatch(lines[0])
    headers = [n for n, line in enumerate(lines) if _HEADER.match(line)]
    assert title is not None
    if len(headers) != 1:
        return [], [f"{title['name']}: no header over its table"]
    columns = _read_columns(lines[headers[0]])
    name = re.sub(r"[^a-z]+", "_", title["name"].lower().replace(" test", "")).strip("_")
    name = name.removesuffix("_latency").removesuffix("_bandwidth") or "p2p"
    rows: dict[int, Sequence[str]] = {}
    gaps: list[str] = []
    for line in lines[headers[0] + 1 :]:
        words = line.split()
        if not words or not words[0].isdigit():
            continue
        if len(words) != len(columns) + 1 or read_count(words[0]) in rows:
            gaps.append(f"{title['name']}: a row cannot be read")
            continue
        rows[read_count(words[0])] = words[1:]
    gaps += _find_missing(title["name"], sorted(rows))
    return _as_figures(name, columns, rows, gaps), gaps


def _read_columns(header: str) -> list[str]:
    """Names have blanks in them, so columns stand at least two blanks apart, or are known."""
    rest = header.removeprefix("# Size").strip()
    columns: list[str] = []
    while rest:
        known = [name for name in (*COLUMNS, *OTHERS) if rest.startswith(name)]
        if not known:
            raise Unreadable(f"the column {rest[:30]!r} is not known")
        columns.append(max(known, key=len))
        rest = rest.removeprefix(columns[-1]).strip()
    if not any(name in COLUMNS for name in columns):
        raise Unreadable("the header names no bandwidth and no latency")
    return columns


def _find_missing(title: str, sizes: Sequence[int]) -> list[str]:
    """A sweep doubles from size to size; one that ends early cannot be told from one cut off."""
    if not sizes:
        return [f"{title}: no rows: it ended before it measured anything"]
    if has_holes(sizes):
        return [f"{title}: sizes are missing in the sweep"]
    last = LAST_OF_PAIR if title.removesuffix(" Test") in PAIRWISE else LAST_OF_COLLECTIVE
    if sizes[-1] < last:
        return [f"{title}: the sweep ends at {sizes[-1]} bytes, not at {last}: it may be cut"]
    return []


def _as_figures(
    name: str, columns: Sequence[str], rows: dict[int, Sequence[str]], gaps: list[str]
) -> list[Figure]:
    found = []
    for size, words in rows.items():
        for column, word in zip(columns, words, strict=True):
            if column in OTHERS:
                if column == "Validation" and word.lower() != "pass":
                    gaps.append(f"{name}: validation says {word[:20]} at {size} bytes")
                continue
            ending, unit = COLUMNS[column]
            if not looks_numeric(word):
                gaps.append(f"{name}: {word[:20]} at {size} bytes")
                continue
            found.append(
                Figure(
                    metric=f"osu_{name}_{ending}", value=read_number(word), unit=unit,
                    size=size, rows=len(rows),
                )
            )  # fmt: skip
    return found


KNOWN_GOOD = "# OSU MPI Bandwidth Test v7.3\n# Size      Bandwidth (MB/s)\n" + "".join(
    f"{1 << power:<10}{9.10 + power * 100:>18.2f}\n" for power in range(23)
)
_ROW = "2                     109.10\n"
KNOWN_BAD = (
    "",
    KNOWN_GOOD[:60],
    KNOWN_GOOD[: KNOWN_GOOD.index("4194304")],
    KNOWN_GOOD.replace(_ROW, ""),
    KNOWN_GOOD.replace(_ROW, _ROW.replace("109.10", "N/A")),
    KNOWN_GOOD.replace(_ROW, _ROW.replace("109.10", "109.10 7")),
    KNOWN_GOOD.replace(_ROW, _ROW.replace("109.10", "-nan")),
    KNOWN_GOOD.replace("Bandwidth (MB/s)", "Widgets"),
    KNOWN_GOOD[:-1],
    KNOWN_GOOD + "mpirun noticed that process rank 1 exited on signal 9 (Killed).\n",
)
