"""BabelStream: memory bandwidth of a GPU (or CPU), in the unit that its header names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, looks_numeric, read_number, rounding, split_lines
from podsys.model.output import Figure, ToolOutput

TOOL = "babelstream"
# Arrays that each kernel reads and writes.
ARRAYS = {"Copy": 2, "Mul": 2, "Add": 3, "Triad": 3, "Dot": 2}
# Bytes in one unit of the header; MBytes are decimal.
UNITS = {
    "MBytes/sec": 1e6, "MB/s": 1e6, "GB/s": 1e9, "TB/s": 1e12,
    "MiB/s": 2.0**20, "GiB/s": 2.0**30, "TiB/s": 2.0**40,
}  # fmt: skip
_HEADER = re.compile(r"Function\s+(\S+)\s+Min \(sec\)\s+Max\s+Average\s*")
_ELEMENTS = re.compile(r"Number of elements: ([0-9]{1,15})")
_PRECISION = {"double": 8, "float": 4}
_TROUBLE = re.compile(r"FAILED validation|Validation failed|terminate called|CUDA error|HIP error")


def recognises(text: str) -> bool:
    return any(_HEADER.fullmatch(line) for line in split_lines(text)) or "BabelStream" in text


def parse(text: str) -> ToolOutput:
    lines = split_lines(text)
    headers = [(n, found) for n, found in enumerate(map(_HEADER.fullmatch, lines)) if found]
    if len(headers) != 1 or headers[0][1][1] not in UNITS:
        raise Unreadable("not one table of BabelStream with a known unit")
    unit = UNITS[headers[0][1][1]]
    rows = _read_rows(lines[headers[0][0] + 1 :])
    gaps = [f"the row {name} is missing" for name in ARRAYS if name not in rows]
    bytes_ = _find_size(lines)
    if bytes_ is None:
        gaps.append("the number of elements or the precision is missing")
    else:
        gaps += _find_contradictions(rows, bytes_, unit)
    faults = [line.strip()[:200] for line in lines if _TROUBLE.search(line)]
    device = next((ln.partition(":")[2].strip() for ln in lines if ln.startswith("Using ")), "")
    return ToolOutput(
        tool=TOOL,
        figures=tuple(_figure(name, row, unit, bytes_, device) for name, row in rows.items()),
        faults=tuple(faults[:3]),
        gaps=tuple(gaps),
    )


def _read_rows(lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """A row counts when a newline ends it: the last word of a cut one may lack digits."""
    rows: dict[str, tuple[str, ...]] = {}
    for line in lines[:-1]:
        words = line.split()
        if not words or words[0] not in ARRAYS:
            break
        if len(words) != 5 or words[0] in rows or not all(map(looks_numeric, words[1:])):
            raise Unreadable(f"the row {words[0]} cannot be read")
        rows[words[0]] = tuple(words[1:])
    return rows


def _find_size(lines: Sequence[str]) -> int | None:
    count = next((m for m in map(_ELEMENTS.search, lines) if m), None)
    word = next((ln.split(":")[1].strip() for ln in lines if ln.startswith("Precision:")), "")
    return int(count[1]) * _PRECISION[word] if count and word in _PRECISION else None


def _find_contradictions(
    rows: Mapping[str, tuple[str, ...]], bytes_: int, unit: float
) -> list[str]:
    found = []
    for name, (rate, least, most, average) in rows.items():
        seconds = read_number(least)
        if not seconds or not seconds <= read_number(average) <= read_number(most):
            found.append(f"{name}: its times contradict each other")
        else:
            expected = ARRAYS[name] * bytes_ / seconds / unit
            slack = 1e-3 + rounding(least) / seconds
            if not agree(read_number(rate), expected, slack, rounding(rate)):
                found.append(f"{name}: rate, time and size disagree")
    return found


def _figure(
    name: str, row: tuple[str, ...], unit: float, bytes_: int | None, device: str
) -> Figure:
    metric = "hbm_bw" if name == "Triad" else f"hbm_{name.lower()}_bw"
    value = round(read_number(row[0]) * unit / 1e12, 6)
    return Figure(
        metric=metric, value=value, unit="TB/s", size=bytes_, rows=len(ARRAYS), subject=device[:80]
    )


KNOWN_GOOD = """\
BabelStream
Version: 5.0
Implementation: CUDA
Running kernels 100 times
Number of elements: 100000000
Precision: double
Using CUDA device Some GPU
Function    MBytes/sec  Min (sec)   Max         Average
Copy        3200000.000 0.00050     0.00052     0.00051
Mul         3200000.000 0.00050     0.00052     0.00051
Add         3000000.000 0.00080     0.00082     0.00081
Triad       3000000.000 0.00080     0.00082     0.00081
Dot         3200000.000 0.00050     0.00052     0.00051
"""
KNOWN_BAD = (
    "",
    KNOWN_GOOD[: KNOWN_GOOD.index("Copy")],
    KNOWN_GOOD[:-3],
    KNOWN_GOOD.replace("Triad       3000000.000", "Triad       9000000.000"),
    KNOWN_GOOD.replace("Triad       3000000.000", "Triad       nan"),
    KNOWN_GOOD.replace("Triad       3000000.000 0.00080     0.00082     0.00081\n", ""),
    KNOWN_GOOD.replace("MBytes/sec", "Widgets/sec"),
    KNOWN_GOOD.replace("Function ", "FAILED validation of a[7]: 1 (is) != 2 (should)\nFunction "),
)
