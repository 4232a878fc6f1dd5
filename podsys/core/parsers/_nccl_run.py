"""One run of nccl-tests: its rows checked against all that is printed beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from podsys.core.parsers._nccl_notes import Notes, count_rows
from podsys.core.parsers._nccl_table import Cell, Row
from podsys.core.parsers._numbers import agree
from podsys.model.output import Figure, ToolOutput

# busbw / algbw for n ranks, as the tests define it.
FACTORS: Mapping[str, Callable[[int], float]] = {
    "all_reduce": lambda n: 2 * (n - 1) / n,
    "all_gather": lambda n: (n - 1) / n,
    "reduce_scatter": lambda n: (n - 1) / n,
    "alltoall": lambda n: (n - 1) / n,
    "gather": lambda n: (n - 1) / n,
    "scatter": lambda n: (n - 1) / n,
    "broadcast": lambda n: 1.0,
    "reduce": lambda n: 1.0,
    "sendrecv": lambda n: 1.0,
}
# In these the tool itself never checks the in-place run.
UNCHECKED_IN_PLACE = {"alltoall", "sendrecv"}
AVERAGE_AGREES = 1e-3
AGREES = 2e-3


@dataclass(slots=True)
class Run:
    """`average` and `out_of_bounds` as the footer has them; None where it is missing."""

    notes: Notes
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    out_of_bounds: int | None = None
    average: float | None = None
    version: str = ""


def finish(run: Run, tool: str) -> ToolOutput:
    operation = name_operation(run)
    faults = [*run.faults, *run.notes.failures[:3], *_find_faults(run)]
    gaps = [*run.gaps, *_find_gaps(run, operation)]
    return ToolOutput(
        tool=tool,
        version=run.version,
        figures=tuple(_figures(run, operation)),
        faults=tuple(faults),
        gaps=tuple(gaps),
        nodes=run.notes.hosts,
        devices=tuple(sorted(run.notes.devices)),
    )


def name_operation(run: Run) -> str:
    """By the program's name; in old outputs, which have none, by what its table shows."""
    named = run.notes.programs & FACTORS.keys()
    if len(named) == 1:
        return named.pop()
    if run.notes.programs or not run.rows:
        return ""
    words = run.rows[-1].kind[1:]
    redop = any(not word.lstrip("-").isdigit() for word in words)
    rooted = any(word.isdigit() for word in words)
    if rooted:
        return "reduce" if redop else "broadcast"
    ratio = max((c.busbw / c.algbw for c in _cells(run) if c.algbw > 1), default=0.0)
    if not ratio:
        return ""
    if redop:
        return "all_reduce" if ratio > 0.995 else "reduce_scatter"
    return "all_gather" if ratio < 0.995 else ""


def _cells(run: Run) -> Iterator[Cell]:
    for row in run.rows:
        yield from row.cells.values()


def _figures(run: Run, operation: str) -> Iterator[Figure]:
    name = operation.replace("_", "") or "collective"
    for row in run.rows:
        for way, cell in row.cells.items():
            extra = {"type": row.kind[0]} if row.kind else {}
            yield Figure(
                metric=f"{name}_busbw",
                value=cell.busbw,
                unit="GB/s",
                subject=way,
                size=row.size,
                wrong=None if cell.wrong is None else round(cell.wrong),
                rows=len(run.rows),
                setup=run.notes.setup | extra,
            )


def _find_faults(run: Run) -> Iterator[str]:
    wrong = [row for row in run.rows if any(cell.wrong for cell in row.cells.values())]
    for row in wrong[:3]:
        most = max(cell.wrong or 0 for cell in row.cells.values())
        yield f"{most:g} wrong elements at {row.size} bytes"
    if run.out_of_bounds:
        yield f"{run.out_of_bounds} values out of bounds"


def _find_gaps(run: Run, operation: str) -> Iterator[str]:
    if not run.rows:
        yield "the table has no rows: the test ended before it measured anything"
        return
    if run.out_of_bounds is None or run.average is None:
        yield "the footer is missing: the test did not run to its end"
    elif not _is_average(run):
        yield "the average in the footer is not that of the rows: rows are missing or altered"
    if run.notes.started and not run.notes.concluded:
        yield "the test was started and not concluded"
    yield from _find_missing_rows(run)
    yield from _find_unchecked(run, operation)
    yield from _find_contradictions(run, operation)


def _is_average(run: Run) -> bool:
    cells = list(_cells(run))
    mean = sum(cell.busbw for cell in cells) / len(cells)
    slack = sum(cell.busbw_rounding for cell in cells) / len(cells) + 1e-6
    return run.average is not None and agree(run.average, mean, AVERAGE_AGREES, slack)


def _find_missing_rows(run: Run) -> Iterator[str]:
    if run.notes.sweep is None:
        return
    expected = count_rows(run.notes.sweep)
    kinds: dict[tuple[str, ...], int] = {}
    for row in run.rows:
        kinds[row.kind] = kinds.get(row.kind, 0) + 1
    for found in kinds.values():
        if expected < 1 or found % expected:
            yield f"the sweep has {expected} sizes, the table {found} rows"


def _find_unchecked(run: Run, operation: str) -> Iterator[str]:
    """Results that nobody compared with what is right prove no machine good."""
    if run.notes.validated is False:
        yield "run without validation (-c 0): nobody checked the results"
        return
    for way in ("out-of-place", "in-place"):
        if way == "in-place" and operation in UNCHECKED_IN_PLACE:
            continue
        missing = [row for row in run.rows if row.size and row.cells[way].wrong is None]
        if missing:
            yield f"#wrong is N/A in {len(missing)} {way} rows: nobody checked the results"


def _find_contradictions(run: Run, operation: str) -> Iterator[str]:
    """Size, time and both bandwidths are one number printed in four ways."""
    ranks = run.notes.setup.get("gpus")
    known = operation in FACTORS
    for row in run.rows:
        for way, cell in row.cells.items():
            where = f"in the {way} run of {row.size} bytes"
            slack = cell.slack + AGREES
            if known and row.size and cell.micros:
                if not agree(cell.algbw, row.size / cell.micros / 1e3, slack, 0.0051):
                    yield f"size, time and algbw disagree {where}"
                    return
                if isinstance(ranks, int) and ranks > 1:
                    expected = FACTORS[operation](ranks) * cell.algbw
                    if not agree(cell.busbw, expected, slack, 0.0151):
                        yield f"algbw, busbw and {ranks} ranks disagree {where}"
                        return


def join(runs: Sequence[ToolOutput], tool: str) -> ToolOutput:
    """Several runs in one file: each keeps its figures, and all must be sound."""
    if len(runs) == 1:
        return runs[0]
    several = [(f"run {number}: ", one) for number, one in enumerate(runs, 1)]
    return ToolOutput(
        tool=tool,
        version=runs[0].version,
        figures=tuple(figure for one in runs for figure in one.figures),
        faults=tuple(mark + text for mark, one in several for text in one.faults),
        gaps=tuple(mark + text for mark, one in several for text in one.gaps),
        nodes=tuple(sorted({node for one in runs for node in one.nodes})),
        devices=tuple(sorted({device for one in runs for device in one.devices})),
    )
