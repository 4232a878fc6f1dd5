"""Rows of perftest's tables as figures: the unit comes from the header, never from the tool's name.

MB/sec of old versions and MiB/sec of new ones are both 2**20 bytes; Gb/sec are 10**9 bits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree, read_count, read_number, rounding
from podsys.model.output import Figure

MIB = 1048576.0
# Bits a second in one unit of the header.
UNITS = {"MB/sec": MIB * 8, "MiB/sec": MIB * 8, "Gb/sec": 1e9}
_TITLE = re.compile(
    r"\s*(RDMA_Write|RDMA_Read|Send|RDMA_Write_Imm|Atomic\w*)[ _]"
    r"(Bidirectional[ _])?(?:Post List )?(BW|Latency|Lat)[ _]Test\s*"
)
_BW = re.compile(r"BW[ _]average\[([A-Za-z/]+)\]")
LATENCIES = {"t_typical[usec]": "", "99%": "_p99"}


@dataclass(frozen=True, slots=True)
class Test:
    """`verb`: write, read, send, ...; `both`: both directions at once, which the tool adds up."""

    verb: str
    both: bool
    latency: bool

    @property
    def metric(self) -> str:
        kind = "lat" if self.latency else "bw_bidir" if self.both else "bw"
        return f"rdma_{self.verb}_{kind}"


@dataclass(slots=True)
class Table:
    """`rows`: bytes -> the words of its row, by column."""

    test: Test
    columns: tuple[str, ...]
    rows: dict[int, list[Mapping[str, str]]] = field(default_factory=dict)


def read_title(line: str) -> Test | None:
    found = _TITLE.fullmatch(line)
    if not found:
        return None
    verb = found[1].lower().removeprefix("rdma_")
    return Test(verb, bool(found[2]), found[3] != "BW")


def is_header(line: str) -> bool:
    words = line.split()
    return words[:1] == ["#bytes"] and "#iterations" in line


def read_header(line: str) -> tuple[str, ...]:
    """Column names: those with a blank in them are pulled together first."""
    for joined in ("BW peak", "BW average", "MsgRate Port", "BW Port", "tps average"):
        line = line.replace(joined, joined.replace(" ", "_"))
    line = line.replace("99% percentile", "99%").replace("99.9% percentile", "99.9%")
    columns = tuple(re.sub(r"(99(?:\.9)?%)\[usec\]", r"\1", word) for word in line.split())
    if len(set(columns)) != len(columns):
        raise Unreadable("the table's header names a column twice")
    return columns


def read_row(line: str, table: Table) -> None:
    words = line.split()
    if len(words) != len(table.columns):
        raise Unreadable(f"a row has {len(words)} values for {len(table.columns)} columns")
    row = dict(zip(table.columns, words, strict=True))
    for word in words:
        read_number(word)
    table.rows.setdefault(read_count(row["#bytes"]), []).append(row)


def figures(table: Table, setup: Mapping[str, str | int]) -> Iterator[Figure]:
    """One for each size; where server and client print the same row it is one."""
    for size, rows in sorted(table.rows.items()):
        distinct = [dict(pairs) for pairs in dict.fromkeys(tuple(row.items()) for row in rows)]
        for row in distinct:
            for metric, value, unit in _values(table.test, row):
                yield Figure(
                    metric=metric, value=value, unit=unit, size=size,
                    rows=len(table.rows), setup=dict(setup),
                )  # fmt: skip


def _values(test: Test, row: Mapping[str, str]) -> Iterator[tuple[str, float, str]]:
    if test.latency:
        found = False
        for column, suffix in LATENCIES.items():
            if column in row:
                found = True
                yield test.metric + suffix, read_number(row[column]), "us"
        if not found and "t_avg[usec]" in row:
            yield test.metric + "_avg", read_number(row["t_avg[usec]"]), "us"
        return
    column, factor = find_bandwidth(row)
    yield test.metric, round(read_number(row[column]) * factor / 1e9, 6), "Gb/s"


def find_bandwidth(row: Mapping[str, str] | Sequence[str]) -> tuple[str, float]:
    """The column of the average and its unit in bit/s; peak stands before it and is not it."""
    for column in row:
        named = _BW.fullmatch(column)
        if named and named[1] in UNITS:
            return column, UNITS[named[1]]
    raise Unreadable("no column BW average with a known unit")


def find_contradiction(table: Table) -> str:
    """Bandwidth is message rate times size: one that was altered, or of another unit, shows."""
    if table.test.latency:
        return ""
    column, factor = find_bandwidth(table.columns)
    for size, rows in table.rows.items():
        for row in rows:
            rate = row.get("MsgRate[Mpps]")
            if rate is None:
                return "no column MsgRate"
            expected = read_number(rate) * 1e6 * size * 8 / factor
            slack = rounding(rate) * 1e6 * size * 8 / factor + rounding(row[column])
            if not agree(read_number(row[column]), expected, 5e-3, slack):
                return f"bandwidth and message rate disagree at {size} bytes"
    return ""
