"""nvbandwidth: text and -j. A waived test, one left Running and a sum that is missing are no pass.

Traps of its JSON: cells are strings, errors of a test land at the top, verbose `min` counts N/A as
0. Of its text: a waived test has no name, and a wrong pattern is an ASSERT line and no sum.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._matrix import read_matrix
from podsys.core.parsers._numbers import looks_numeric, read_number, rounding, split_lines
from podsys.core.parsers._nvb_cases import Case, Cells, Nvbandwidth, finish
from podsys.core.parsers._strict import read_json, take_number, take_object
from podsys.model.output import ToolOutput

TOOL = "nvbandwidth"
_DEVICE = re.compile(r"Device ([0-9]{1,4}): (.+?)(?: \([0-9a-f]{8}:.*)?")
_LISTED = re.compile(r"[0-9]+: (.+?) \([0-9a-f]{8}:.*")
_RUNNING = re.compile(r"Running (\w+)\.$")
_WAIVED = re.compile(r"(?:Waiv(?:ed|ing))[: ]\s*(\w*)\.?")
_SUM = re.compile(r"SUM (\w+) (\S+)")
_TROUBLE = re.compile(
    r"^\s*(?:ASSERT|ERROR|Error|\[CUDA_ERROR|CUDA_ERROR|Invalid value)|CUDA_ERROR_"
)
EARLY_VERSIONS = ("v0.1", "v0.2", "v0.3", "v0.4", "v0.5")
EARLY_NOTE, LATE_NOTE = "NOTE: This tool reports", "NOTE: The reported results"
LAST_LINE = "Performance can vary with software drivers"


def recognises(text: str) -> bool:
    return "nvbandwidth Version:" in text or ('"nvbandwidth"' in text and '"testcases"' in text)


def parse(text: str) -> ToolOutput:
    if not text.strip():
        raise Unreadable("nvbandwidth wrote nothing")
    found = _read_json(text) if text.lstrip().startswith("{") else _read_text(text)
    return finish(found, TOOL)


def _read_text(text: str) -> Nvbandwidth:
    lines = split_lines(text)
    if not any(line.startswith("nvbandwidth Version:") for line in lines):
        raise Unreadable("no banner of nvbandwidth in the output")
    found = Nvbandwidth()
    devices: set[int] = set()
    position = 0
    while position < len(lines):
        line = lines[position].rstrip()
        device = _DEVICE.fullmatch(line)
        if device:
            devices.add(int(device[1]))
            found.names.add(device[2])
        if line.startswith("nvbandwidth Version:"):
            found.version = line.partition(":")[2].strip()
        position = _read_line(lines, position, line, found)
    found.devices = max(devices) + 1 if devices else None
    _demand_end(text, found)
    return found


def _read_line(lines: Sequence[str], position: int, line: str, found: Nvbandwidth) -> int:
    """Takes in one line, or a matrix that begins there; where to go on."""
    running, waived, total = _RUNNING.match(line), _WAIVED.match(line), _SUM.match(line)
    if running:
        found.cases.append(Case(running[1], "Running"))
    elif waived:
        found.cases.append(Case(waived[1] or "unnamed_test", "Waived"))
    elif total and _is_open(found):
        _end_case(found.cases[-1], total, lines, position, found)
    elif (total or "(row)" in line) and not _is_open(found):
        found.gaps.append(f"a result that belongs to no test: {line.strip()[:80]}")
    elif _TROUBLE.search(line):
        found.faults.append(line.strip()[:200])
    elif "(row)" in line:
        found.cases[-1].description = line
        return _take_matrix(lines, position + 1, found)
    return position + 1


def _is_open(found: Nvbandwidth) -> bool:
    return bool(found.cases) and found.cases[-1].status == "Running"


def _take_matrix(lines: Sequence[str], at: int, found: Nvbandwidth) -> int:
    case = found.cases[-1]
    try:
        matrix = read_matrix(lines, at)
    except Unreadable as error:
        found.gaps.append(f"{case.name}: {error.reason}")
        return at
    case.cells, case.columns, case.slack = matrix.cells, matrix.columns, matrix.slack
    return matrix.next


def _end_case(
    case: Case, total: re.Match[str], lines: Sequence[str], position: int, found: Nvbandwidth
) -> None:
    if total[1] != case.name or position + 1 >= len(lines) or not looks_numeric(total[2]):
        found.gaps.append(f"{case.name}: its sum cannot be read")
        return
    case.total, case.status = read_number(total[2]), "Passed"


def _demand_end(text: str, found: Nvbandwidth) -> None:
    """Versions before 0.6 say their note first, and have no last line to look for."""
    if EARLY_NOTE in text or found.version.startswith(EARLY_VERSIONS):
        if text.rpartition("\n")[2].strip():
            found.gaps.append("the output ends within a line")
        return
    if LATE_NOTE not in text or not re.search(LAST_LINE + r".*system topology\.", text):
        found.gaps.append("the closing note is missing: it did not run to its end")


def _read_json(text: str) -> Nvbandwidth:
    root = take_object(read_json(text, TOOL), TOOL)
    found = Nvbandwidth(version=str(root.get("version", "")))
    if root.get("error") is not None:
        found.faults.append(str(root["error"])[:200])
    listed = root.get("GPU Device list", root.get("GPU Device info"))
    found.devices = len(listed) if isinstance(listed, list) and listed else None
    names = [_LISTED.fullmatch(str(one)) for one in listed or () if found.devices]
    found.names = {name[1] for name in names if name}
    cases = root.get("testcases")
    if not isinstance(cases, list):
        raise Unreadable("no testcases in the output")
    for case in cases:
        found.cases.append(_read_case(case, found))
    return found


def _read_case(case: Any, found: Nvbandwidth) -> Case:
    if not isinstance(case, dict) or not isinstance(case.get("name"), str):
        raise Unreadable("a test case has no name")
    read = Case(case["name"], str(case.get("status", "")))
    read.description = str(case.get("bandwidth_description", ""))
    if case.get("error") is not None:
        found.faults.append(f"{read.name}: {str(case['error'])[:200]}")
    matrix = case.get("bandwidth_matrix")
    if read.status == "Passed" or matrix is not None:
        read.cells, read.columns, read.slack = _read_cells(matrix, read.name)
        read.total = take_number(case, "sum") if read.status == "Passed" else None
    return read


def _read_cells(matrix: Any, name: str) -> tuple[Cells, int, float]:
    if not isinstance(matrix, list) or not all(isinstance(row, list) and row for row in matrix):
        raise Unreadable(f"{name}: no matrix")
    if len({len(row) for row in matrix}) != 1:
        raise Unreadable(f"{name}: rows of different lengths")
    cells: Cells = {}
    slack = 0.0
    for row, words in enumerate(matrix):
        for column, word in enumerate(words):
            if not isinstance(word, str):
                raise Unreadable(f"{name}: a cell is no text")
            cells[row, column] = None if word == "N/A" else read_number(word)
            slack += rounding(word) if word != "N/A" else 0.0
    return cells, len(matrix[0]), slack


KNOWN_GOOD = """\
nvbandwidth Version: v0.7
Built from Git version: v0.7

CUDA Runtime Version: 12060
CUDA Driver Version: 12060
Driver Version: 560.35.05

alpha
Device 0: Some GPU (00000000:11:00)
Device 1: Some GPU (00000000:21:00)

Running host_to_device_memcpy_ce.
memcpy CE CPU(row) -> GPU(column) bandwidth (GB/s)
           0         1
 0     54.10     53.90

SUM host_to_device_memcpy_ce 108.00

Running device_to_device_memcpy_write_ce.
memcpy CE GPU(row) <- GPU(column) bandwidth (GB/s)
           0         1
 0       N/A    371.20
 1    370.40       N/A

SUM device_to_device_memcpy_write_ce 741.60

NOTE: The reported results may not reflect the full capabilities of the platform.
Performance can vary with software drivers, hardware clocks, and system topology.
"""
_LINES = KNOWN_GOOD.splitlines(keepends=True)

KNOWN_BAD = (
    "",
    "".join(_LINES[:11]),
    "".join(_LINES[:-3]),
    "".join(_LINES[:-4] + _LINES[-3:]),
    KNOWN_GOOD.replace("    371.20", "       N/A"),
    KNOWN_GOOD.replace("54.10", "94.10"),
    KNOWN_GOOD.replace("Running device_to", "Waived:\n\nRunning device_to"),
    KNOWN_GOOD.replace("SUM host_to_device_memcpy_ce 108.00\n", ""),
    KNOWN_GOOD.replace("Running host_to_device_memcpy_ce.\n", ""),
    KNOWN_GOOD.replace(
        "           0         1\n 0     54.10     53.90", "           0\n 0    108.00"
    ),
    KNOWN_GOOD.replace("SUM host_to", "ASSERT in expression h_errorFlag == 0\nSUM host_to"),
    '{"nvbandwidth": {"testcases": [], "version": "v0.7"}}',
    '{"nvbandwidth": {"testcases": [{"name": "host_to_device_memcpy_ce", "status": "Running"}]}}',
    '{"nvbandwidth": {"error": "no device", "testcases": []}}',
)
