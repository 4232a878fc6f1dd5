"""nvbandwidth's test cases: which metric each one measures, and what a sound one looks like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from podsys.core.parsers._numbers import agree
from podsys.model.output import Figure, ToolOutput

# Only copies by the copy engine stand beside published floors; kernels (SM) reach other numbers.
METRICS = {
    "host_to_device_memcpy_ce": "h2d_bw",
    "device_to_host_memcpy_ce": "d2h_bw",
    "device_to_device_memcpy_read_ce": "p2p_bw",
    "device_to_device_memcpy_write_ce": "p2p_bw",
}
BAD_WORDS = ("Error", "ERROR", "Not Found")
Cells = dict[tuple[int, int], float | None]


@dataclass(slots=True)
class Case:
    """`status`: Passed, Waived, Running or what the tool calls a failure."""

    name: str
    status: str
    description: str = ""
    cells: Cells = field(default_factory=dict)
    columns: int = 0
    total: float | None = None
    slack: float = 0.0


@dataclass(slots=True)
class Nvbandwidth:
    version: str = ""
    devices: int | None = None
    names: set[str] = field(default_factory=set)
    cases: list[Case] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


def finish(found: Nvbandwidth, tool: str) -> ToolOutput:
    if not found.cases and not found.faults:
        found.gaps.append("no test was run")
    faults = [*found.faults, *(fault for case in found.cases for fault in _find_faults(case))]
    gaps = [*found.gaps]
    for case in found.cases:
        gaps += _find_gaps(case, found.devices)
    figures = tuple(figure for case in found.cases for figure in _figures(case))
    return ToolOutput(
        tool=tool,
        version=found.version,
        figures=figures,
        faults=tuple(faults),
        gaps=tuple(gaps),
        devices=tuple(sorted(found.names)),
    )


def _find_faults(case: Case) -> Iterator[str]:
    if case.status in BAD_WORDS:
        yield f"{case.name}: {case.status}"


def _find_gaps(case: Case, devices: int | None) -> Iterator[str]:
    if case.status not in ("Passed", "Waived", *BAD_WORDS):
        yield f"{case.name}: left {case.status or 'without a status'}, it did not end"
    if case.status != "Passed":
        return
    values = [value for value in case.cells.values() if value is not None]
    if not values:
        yield f"{case.name}: passed, and measured nothing"
    elif case.total is None:
        yield f"{case.name}: no sum: it did not end"
    elif not agree(case.total, sum(values), 1e-5, case.slack + 0.01):
        yield f"{case.name}: the sum is not that of the cells"
    if devices is not None and case.columns != devices:
        yield f"{case.name}: {case.columns} columns for {devices} devices"
    if "GPU(row)" in case.description and len(case.cells) != case.columns**2:
        yield f"{case.name}: rows are missing"
    if any(value is None for key, value in case.cells.items() if not _may_be_empty(case, key)):
        yield f"{case.name}: N/A where a value must be"


def _may_be_empty(case: Case, key: tuple[int, int]) -> bool:
    """A device has no peer bandwidth to itself; every other cell is a measurement."""
    return "device_to_device" in case.name and key[0] == key[1]


def _figures(case: Case) -> Iterator[Figure]:
    unit = "GB/s" if "GB/s" in case.description else ""
    unit = unit or ("ns" if "(ns)" in case.description else "")
    metric = METRICS.get(case.name, f"nvbandwidth_{case.name}")
    rows = len({row for row, _ in case.cells})
    if case.status == "Waived":
        yield Figure(
            metric=metric, value=None, unit=unit or "GB/s", waived=True, rows=0,
            problem="waived", setup={"test": case.name},
        )  # fmt: skip
    for (row, column), value in case.cells.items():
        if value is None and _may_be_empty(case, (row, column)):
            continue
        yield Figure(
            metric=metric,
            value=value if case.status == "Passed" else None,
            unit=unit,
            subject=_name_subject(case, row, column),
            rows=rows,
            problem="" if value is not None else "N/A",
            setup={"test": case.name},
        )


def _name_subject(case: Case, row: int, column: int) -> str:
    if "GPU(row)" in case.description:
        return f"gpu {row} -> gpu {column}"
    return f"gpu {column}" if row == 0 else f"gpu {column}, row {row}"
