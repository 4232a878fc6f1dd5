"""perftest (ib_write_bw, ib_read_bw, ib_send_bw, *_lat): tables, and --out_json.

Traps: server and client may print into one file; -D prints a peak of 0.00; -b adds both ways up;
JSON names no unit, keeps the last size only, and is not JSON with --output=bandwidth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, split_lines
from podsys.core.parsers._perftest_rows import (
    UNITS,
    Table,
    figures,
    find_contradiction,
    is_header,
    read_header,
    read_row,
    read_title,
)
from podsys.core.parsers._strict import read_json, take_count, take_number, take_object
from podsys.model.output import Figure, ToolOutput

TOOL = "perftest"
_FAILURE = re.compile(
    r"Completion with error|Failed status|Failed to |Couldn't |Unable to |got completion with error"
    r"|Error code|Segmentation fault|exceeded limit|below BW limit|Timed out",
    re.IGNORECASE,
)
LARGEST = 8388608
SECTION = "#podsys rail "
_RULE = re.compile(r"\s*-{60,}\s*")
_ADDRESS = re.compile(r"\s*(local|remote) address: LID (\S+)\s")
_GID = re.compile(r"\s*GID: (\S+)")
_MEMORY = re.compile(r"CUDA device|initializing CUDA|use_cuda|ROCm device|Using (?:CUDA|ROCm)")


def recognises(text: str) -> bool:
    if SECTION in text:
        return False  # podsys's own, of several of these
    if '"test_info"' in text and ('"results"' in text or '"bw_avg"' in text):
        return True
    return any(is_header(line) or read_title(line) for line in split_lines(text)) or (
        "Failed to complete run_iter_" in text
    )


def parse(text: str) -> ToolOutput:
    if not text.strip():
        raise Unreadable("perftest wrote nothing")
    return _read_json(text) if text.lstrip().startswith("{") else _read_text(text)


def _read_text(text: str) -> ToolOutput:
    lines = split_lines(text)
    faults = [line.strip()[:200] for line in lines if _FAILURE.search(line)]
    tables, gaps = _read_tables(lines)
    if not tables and not faults:
        raise Unreadable("no table of perftest in the output")
    setup = _read_setup(lines)
    found: list[Figure] = []
    for table in tables:
        contradiction = find_contradiction(table)
        if not table.rows:
            gaps.append("a table without rows: the test ended before it measured anything")
        gaps += [contradiction] if contradiction else []
        gaps += [*_find_doubles(table), *_find_missing(table, lines)]
        found += figures(table, setup)
    return ToolOutput(
        tool=TOOL, figures=tuple(found), faults=tuple(faults[:3]), gaps=tuple(dict.fromkeys(gaps))
    )


def _read_tables(lines: Sequence[str]) -> tuple[list[Table], list[str]]:
    """A table begins with its header and ends with a rule; a second header begins another,
    unless it is the other end's copy."""
    tables: list[Table] = []
    gaps: list[str] = []
    test, open_, ended = None, False, True
    for line in lines:
        test = read_title(line) or test
        if is_header(line):
            columns = read_header(line)
            if test is None:
                raise Unreadable("a table without the name of its test")
            if not (tables and open_ and not tables[-1].rows and tables[-1].columns == columns):
                tables.append(Table(test, columns))
            open_, ended = True, False
        elif open_ and _RULE.fullmatch(line):
            ended = True
        elif open_ and line.split()[:1] and line.split()[0].isdigit():
            ended = _take_row(line, tables[-1], gaps) and ended and False
    if open_ and not ended:
        gaps.append("the rule below the table is missing: it was cut")
    return tables, gaps


def _take_row(line: str, table: Table, gaps: list[str]) -> bool:
    try:
        read_row(line, table)
    except Unreadable as error:
        gaps.append(error.reason)
    return True


def _find_doubles(table: Table) -> list[str]:
    doubled = [s for s, rows in table.rows.items() if len({tuple(r.items()) for r in rows}) > 1]
    return [f"several results for {size} bytes: two tests in one table" for size in doubled[:1]]


def _find_missing(table: Table, lines: Sequence[str]) -> list[str]:
    """More than one size comes only of -a: every power of two, up to 8 MiB but for datagrams."""
    sizes = sorted(table.rows)
    if len(sizes) < 2:
        return []
    datagrams = any("Connection type : UD" in line for line in lines)
    last = sizes[-1] if datagrams else LARGEST
    expected = [1 << power for power in range(1, last.bit_length())]
    if sizes == expected:
        return []
    return [f"a sweep has {len(expected)} sizes, the table {len(sizes)}: rows are missing"]


def _read_setup(lines: Sequence[str]) -> dict[str, str | int]:
    """Where the two ends are: the same port is a NIC that sends to itself."""
    setup: dict[str, str | int] = {
        "memory": "gpu" if any(_MEMORY.search(line) for line in lines) else "host"
    }
    link = next((line for line in lines if line.strip().startswith("Link type")), "")
    kind = {"IB": "ib", "Ethernet": "roce"}.get(link.partition(":")[2].strip(), "")
    ends = _read_ends(lines)
    if len(ends) == 2 and all(ends.values()) and ends["local"] & ends["remote"]:
        setup["transport"] = "nic-loopback"
    elif len(ends) == 2 and kind:
        setup["transport"] = f"{kind}-pair"
    return setup


def _read_ends(lines: Sequence[str]) -> dict[str, set[str]]:
    """The addresses of each end: a GID where one is printed, else the LID."""
    ends: dict[str, set[str]] = {}
    side = ""
    for line in lines:
        address, gid = _ADDRESS.match(line), _GID.match(line)
        if address:
            side = address[1]
            lid = address[2]
            ends.setdefault(side, set())
            if int(lid, 16) if re.fullmatch(r"0x[0-9a-f]{1,8}|0{1,8}", lid) else False:
                ends[side].add(lid)
        elif gid and side:
            ends[side].add(gid[1])
    return ends


def _read_json(text: str) -> ToolOutput:
    """Its unit is nowhere in it, but bandwidth over message rate and size tells which it is."""
    document = read_json(text, TOOL)
    info, results = take_object(document, "test_info"), take_object(document, "results")
    test = read_title(str(info.get("test", "")))
    if test is None:
        raise Unreadable(f"the test {info.get('test')!r} is not known")
    setup: dict[str, str | int] = {"memory": "gpu" if _on_gpu(info) else "host"}
    size = take_count(results, "MsgSize", at_least=1)
    take_count(results, "n_iterations", at_least=1)
    if test.latency:
        values = [
            (test.metric + suffix, take_number(results, key), "us")
            for key, suffix in (("t_typical", ""), ("99th_percentile", "_p99"))
            if key in results
        ] or [(test.metric + "_avg", take_number(results, "t_avg"), "us")]
    else:
        average, rate = take_number(results, "BW_average"), take_number(results, "MsgRate")
        values = [(test.metric, _settle_unit(average, rate, size), "Gb/s")]
    found = tuple(
        Figure(metric=metric, value=value, unit=unit, size=size, rows=1, setup=setup)
        for metric, value, unit in values
    )
    return ToolOutput(tool=TOOL, figures=found)


def _on_gpu(info: Mapping[str, Any]) -> bool:
    return "cuda_device" in info or info.get("Use_ROCm_memory") == "ON"


def _settle_unit(average: float, rate: float, size: int) -> float:
    bits = rate * 1e6 * size * 8
    for factor in sorted(set(UNITS.values())):
        slack = 0.5e-6 * 1e6 * size * 8 / factor + 0.005
        if agree(average, bits / factor, 5e-3, slack):
            return round(average * factor / 1e9, 6)
    raise Unreadable("bandwidth and message rate fit no unit that perftest has")


_RULE_LINE = "-" * 87 + "\n"
KNOWN_GOOD = (
    _RULE_LINE
    + """\
                    RDMA_Write BW Test
 Dual-port       : OFF\t\tDevice         : mlx5_9
 Link type       : IB
"""
    + _RULE_LINE
    + """\
 local address: LID 0x11 QPN 0x0021 PSN 0x71 RKey 0x01 VAddr 0x01
 remote address: LID 0x12 QPN 0x0022 PSN 0x72 RKey 0x02 VAddr 0x02
"""
    + _RULE_LINE
    + """\
 #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]
 1048576    5000             389.30             388.00             0.046253
"""
    + _RULE_LINE
)

KNOWN_BAD = (
    "",
    KNOWN_GOOD.removesuffix(_RULE_LINE),
    KNOWN_GOOD[: KNOWN_GOOD.index(" 1048576")],
    KNOWN_GOOD.replace("388.00", "398.00"),
    KNOWN_GOOD.replace("Gb/sec", "MB/sec"),
    KNOWN_GOOD.replace("Gb/sec", "GB/sec"),
    KNOWN_GOOD.replace("             0.046253", ""),
    KNOWN_GOOD.replace("388.00", "N/A"),
    KNOWN_GOOD.replace(" 1048576", " 2    5000   0.10    0.09    5.625000\n 1048576"),
    KNOWN_GOOD + " Completion with error at client\n Failed status 12: wr_id 0 syndrom 0x81\n",
    '{"test_info": {"test": "RDMA_Write_BW_Test"}, "results": {"bw_avg": 388.0,\n\n}}',
    '{"test_info": {"test": "RDMA_Write_BW_Test"}, "results": {"MsgSize": 65536, '
    '"n_iterations": 5000, "BW_peak": 0.0, "BW_average": 370.0, "MsgRate": 0.005}}',
)
