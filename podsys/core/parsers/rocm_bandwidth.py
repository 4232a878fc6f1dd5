"""The copy benchmarks of ROCm's samples (BusSpeedDownload, BusSpeedReadback): a table of sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, has_holes, read_number, rounding, split_lines
from podsys.model.output import Figure, ToolOutput

TOOL = "rocm-bandwidth"
AGREES = 0.05
HEADER = ("test", "atts", "units", "median", "mean", "stddev", "min", "max")
_TEST = re.compile(r"(H2D|D2H)_Bandwidth_(\w+)\*?")
_TIME = re.compile(r"(H2D|D2H)_Time_?(\w+)\*?")
_SIZE = re.compile(r"\+?0?([0-9]{1,12})(By|kB|MB)")
FACTORS = {"By": 1, "kB": 1024, "MB": 1048576}
NOTE = "might occur with a mixture of architectural capabilities."


def recognises(text: str) -> bool:
    return bool(re.search(r"(?:H2D|D2H)_Bandwidth_\w+", text)) and "median" in text


def parse(text: str) -> ToolOutput:
    lines = split_lines(text)
    headers = [n for n, line in enumerate(lines) if tuple(line.split()) == HEADER]
    if not headers:
        raise Unreadable("no table of ROCm's copy benchmark in the output")
    figures: list[Figure] = []
    gaps: list[str] = []
    for line in lines[headers[0] + 1 :]:
        words = line.split()
        if words and _TEST.fullmatch(words[0]):
            figures += _read_row(words, gaps)
    gaps += [*_find_missing(figures), *_find_contradictions(lines)]
    if NOTE not in text:
        gaps.append("the closing note is missing: it did not run to its end")
    return ToolOutput(tool=TOOL, figures=tuple(figures), gaps=tuple(gaps))


def _read_row(words: Sequence[str], gaps: list[str]) -> list[Figure]:
    test, size = _TEST.fullmatch(words[0]), _SIZE.fullmatch(words[1]) if len(words) > 1 else None
    if len(words) != len(HEADER) or size is None or words[2] != "GB/sec" or test is None:
        gaps.append(f"a row of {words[0]} cannot be read")
        return []
    row = dict(zip(HEADER, words, strict=True))
    numbers = {key: read_number(row[key]) for key in HEADER[3:]}
    if not numbers["min"] <= numbers["median"] <= numbers["max"]:
        gaps.append(f"a row of {words[0]} contradicts itself")
    if words[0].endswith("*"):
        gaps.append(f"{words[0]} has missing values")
    bytes_ = int(size[1]) * FACTORS[size[2]]
    metric = "h2d_bw" if test[1] == "H2D" else "d2h_bw"
    setup: dict[str, str | int] = {"memory": test[2]}
    value = numbers["median"]
    return [Figure(metric=metric, value=value, unit="GB/s", size=bytes_, rows=1, setup=setup)]


def _find_missing(figures: Sequence[Figure]) -> list[str]:
    sizes = [figure.size or 0 for figure in figures]
    if not sizes:
        return ["no rows: it ended before it measured anything"]
    if has_holes([size for size in sizes if size >= 1024]):
        return ["sizes are missing in the sweep"]
    return []


def _find_contradictions(lines: Sequence[str]) -> list[str]:
    """Below the rates stand the times that they are from, one for each; old versions print none."""
    rates, times = (_read_medians(lines, kind) for kind in (_TEST, _TIME))
    if not times:
        return []
    if rates.keys() != times.keys():
        return ["rates and times are not of the same sizes: rows are missing"]
    wrong = [key[2] for key, rate in rates.items() if not _fit(key[2], rate, times[key])]
    return [f"size, time and rate disagree at {size}" for size in wrong[:1]]


def _read_medians(lines: Sequence[str], kind: re.Pattern[str]) -> dict[tuple[str, str, str], str]:
    """By way, memory and size, as printed."""
    rows = [line.split() for line in lines]
    named = [(kind.fullmatch(row[0]), row) for row in rows if len(row) == len(HEADER)]
    return {(found[1], found[2], row[1]): row[3] for found, row in named if found}


def _fit(size: str, rate: str, millis: str) -> bool:
    """Both are medians, a few percent apart. Of less than a kilobyte the tool prints 0 as rate."""
    found, took = _SIZE.fullmatch(size), read_number(millis)
    if found and found[2] == "By":
        return True
    if not found or not took:
        return False
    expected = int(found[1]) * FACTORS[found[2]] / took / 1e6
    slack = AGREES + rounding(millis) / took
    return agree(read_number(rate), expected, slack, 0.01)


KNOWN_GOOD = f"""\
Device:Some device Mem=32.0GB #CUs=120 Freq=1502Mhz  MallocMode=pinned
                   test        atts        units        median  mean    stddev  min     max
   H2D_Bandwidth_pinned      1024kB       GB/sec        16.1000 16.0000 0.1000  15.9000 16.5000
   H2D_Bandwidth_pinned      2048kB       GB/sec        19.1000 19.0000 0.1000  18.9000 20.1000
   H2D_Bandwidth_pinned      4096kB       GB/sec        22.1000 22.0000 0.1000  21.9000 22.3000

Note: results marked with (*) had missing values such as
{NOTE}
"""
KNOWN_BAD = (
    "",
    KNOWN_GOOD[: KNOWN_GOOD.index("   H2D")],
    KNOWN_GOOD[: KNOWN_GOOD.index("Note")],
    KNOWN_GOOD.replace("2048kB", "9048kB"),
    KNOWN_GOOD.replace("22.1000 22.0000", "72.1000 22.0000"),
    KNOWN_GOOD.replace("22.1000 22.0000", "nan 22.0000"),
    KNOWN_GOOD.replace("median", "average"),
)
