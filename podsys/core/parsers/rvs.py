"""ROCm Validation Suite: its summary table, and what its modules measured.

Its bandwidth modules have no floor of their own and a GST target of 0 counts as met, so PASS there
only says that it ran: such an action stays unknown until its numbers are judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import read_number, split_lines
from podsys.model.output import Figure, Outcome, ToolOutput
from podsys.model.status import Status

TOOL = "rvs"
_SUMMARY = re.compile(r"\|\s+ROCm Validation Suite \(RVS\) Summary\s+\|")
_ACTIONS = re.compile(r"\| Action Name\s+\| Module\s+\| Result\s+\|")
_ACTION = re.compile(r"\| (\S.*?)\s+\| (\S+)\s+\| (\S.*?)\s+\|")
_VERSION = re.compile(r"\| RVS version\s+\| (\S+)")
_PEBB = re.compile(
    r"pcie-bandwidth \[ *([0-9]+)/ *([0-9]+)\] \[CPU:: *([0-9]+)\] \[GPU:: *([0-9]+) -.*?\] "
    r"h2d::(true|false) d2h::(true|false) ([0-9.]+) GBps"
)
_GST = re.compile(
    r"\[GPU:: *([0-9]+)\] GFLOPS ([0-9.]+) Target GFLOPS: ([0-9.]+) met: (TRUE|FALSE)"
)
_BABEL = re.compile(r"([0-9]+)\s+(Copy|Mul|Add|Triad|Dot|Read|Write)\s+([0-9.]+)(?:\s+[0-9.]+){3}")
_FAILED = re.compile(r"\[(?:ERROR|FATAL) *\]|: FAIL\b|met: FALSE")
WITHOUT_FLOOR = {"PEBB", "PBQT", "BABEL", "MEM"}


def recognises(text: str) -> bool:
    return bool(_SUMMARY.search(text)) or ("Module name :" in text and "[RESULT]" in text)


def parse(text: str) -> ToolOutput:
    lines = [line.strip()[:400] for line in split_lines(text)]
    if not recognises(text):
        raise Unreadable("no output of RVS")
    figures = [figure for line in lines for figure in _read_line(line)]
    gaps: list[str] = []
    targets = [float(found[3]) for found in map(_GST.search, lines) if found]
    outcomes = _read_actions(lines, min(targets, default=0.0), gaps)
    gaps += _find_missing(lines)
    version = next((found[1] for found in map(_VERSION.match, lines) if found), "")
    faults = [line[:200] for line in lines if _FAILED.search(line)]
    return ToolOutput(
        tool=TOOL, version=version, figures=tuple(figures), outcomes=tuple(outcomes),
        faults=tuple(faults[:3]), gaps=tuple(gaps),
    )  # fmt: skip


def _read_line(line: str) -> Iterator[Figure]:
    copy, flops, babel = _PEBB.search(line), _GST.search(line), _BABEL.fullmatch(line)
    if copy:
        ways = {("true", "false"): "h2d_bw", ("false", "true"): "d2h_bw"}
        metric = ways.get((copy[5], copy[6]), "h2d_bw_bidir")
        subject = f"gpu {copy[4]}, cpu {copy[3]}"
        yield Figure(metric=metric, value=read_number(copy[7]), unit="GB/s", subject=subject)
    elif flops:
        value = read_number(flops[2])
        yield Figure(metric="rvs_gst", value=value, unit="GFLOPS", subject=f"gpu {flops[1]}")
    elif babel:
        metric = "hbm_bw" if babel[2] == "Triad" else f"hbm_{babel[2].lower()}_bw"
        value = round(read_number(babel[3]) / 1e6, 6)
        yield Figure(metric=metric, value=value, unit="TB/s", subject=f"gpu {babel[1]}")


def _read_actions(lines: Sequence[str], target: float, gaps: list[str]) -> list[Outcome]:
    """`target`: the least that GST was given; 0 where the output tells none."""
    headers = [n for n, line in enumerate(lines) if _ACTIONS.fullmatch(line)]
    if not headers:
        gaps.append("its summary is missing: it did not run to its end")
        return []
    outcomes = []
    for header in headers:
        end = header + 2
        while end < len(lines) and _ACTION.fullmatch(lines[end]):
            outcomes.append(_outcome(_ACTION.fullmatch(lines[end]), target))
            end += 1
        if end == header + 2 or end >= len(lines) or not re.fullmatch(r"\+-+\+", lines[end]):
            gaps.append("its summary is cut")
    return outcomes


def _outcome(found: re.Match[str] | None, target: float) -> Outcome:
    assert found is not None
    name, module, word = found[1], found[2], found[3]
    evidence = f"{module} {name}: {word}"
    check = re.sub(r"[^a-z0-9]+", "_", f"{module} {name}".lower()).strip("_")
    if word != "PASS":
        return Outcome(check, Status.FAIL if word == "FAIL" else Status.UNKNOWN, evidence)
    if module == "GST" and not target:
        return Outcome(check, Status.UNKNOWN, f"{evidence}, against a target of 0, or of none told")
    if module in WITHOUT_FLOOR - {"MEM"}:
        return Outcome(check, Status.SKIP, f"{evidence}; it has no floor of its own")
    return Outcome(check, Status.PASS, evidence)


def _find_missing(lines: Sequence[str]) -> Iterator[str]:
    """Copies of each way are numbered 1 of 16: each must be there."""
    ways: dict[tuple[str, str], list[re.Match[str]]] = {}
    for match in filter(None, map(_PEBB.search, lines)):
        ways.setdefault((match[5], match[6]), []).append(match)
    for found in ways.values():
        total = int(found[0][2])
        seen = {int(match[1]) for match in found}
        if seen != set(range(1, total + 1)):
            yield f"{len(seen)} of {total} copies"


_RULE = "+" + "-" * 69 + "+\n"
_TABLE = (
    "|                 ROCm Validation Suite (RVS) Summary                 |\n" + _RULE
    + "| RVS version                      | 1.2.0                            |\n" + _RULE
    + "| Action Name                      | Module         | Result          |\n" + _RULE
    + "| iet_650                          | IET            | PASS            |\n" + _RULE
)  # fmt: skip
_FLOPS = "[RESULT] [1.0] [gst] [GPU:: 77] GFLOPS 500000 Target GFLOPS: 400000 met: TRUE\n"
KNOWN_GOOD = _FLOPS + _TABLE
KNOWN_BAD = (
    "",
    "[RESULT] [1.0] Module name :gst\n" + _FLOPS,
    KNOWN_GOOD[: KNOWN_GOOD.index("| iet")],
    KNOWN_GOOD[: -len(_RULE)],
    KNOWN_GOOD.replace("PASS", "FAIL"),
    KNOWN_GOOD.replace("PASS", "SKIP"),
    KNOWN_GOOD.replace("met: TRUE", "met: FALSE"),
    KNOWN_GOOD.replace("IET", "GST").replace("Target GFLOPS: 400000", "Target GFLOPS: 0"),
    _TABLE.replace("IET", "GST"),
)
