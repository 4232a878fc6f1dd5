"""Outputs of nccl-tests in every layout it has had, with numbers of our own that agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

GIB = 1 << 30
FACTORS = {
    "all_reduce": lambda n: 2 * (n - 1) / n,
    "all_gather": lambda n: (n - 1) / n,
    "alltoall": lambda n: (n - 1) / n,
    "broadcast": lambda n: 1.0,
}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`kind`: columns between type and the first time. `extra`: after each #wrong, and at the end.

    `blank`: columns that the header names and the rows leave out.
    """

    kind: Sequence[str] = ("redop", "root")
    blank: Sequence[str] = ()
    time: str = "time"
    wrong: str = "#wrong"
    statistics: bool = False
    iters: bool = False
    timestamp: bool = False
    banner: bool = True


@dataclass(frozen=True, kw_only=True)
class Job:
    operation: str = "all_reduce"
    ranks: int = 8
    hosts: Sequence[str] = ("alpha",)
    least: int = GIB
    most: int = 16 * GIB
    algbw: float = 260.0
    wrong: dict[tuple[int, str], str] = field(default_factory=dict)
    between: Sequence[str] = ()


LAYOUTS = {
    "11 columns": Layout(kind=(), wrong="error", banner=False),
    "12 columns": Layout(kind=("redop",), wrong="error", banner=False),
    "13 columns": Layout(),
    "13, two of them blank": Layout(blank=("redop", "root")),
    "14 columns with #iters": Layout(iters=True),
    "15, a timestamp of two words": Layout(timestamp=True),
    "21 columns with -I": Layout(statistics=True),
    "cpu time": Layout(time="cputime"),
}
VALUES = {"redop": "sum", "root": "-1"}


def write(layout: Layout = LAYOUTS["13 columns"], job: Job = Job(), prefix: str = "") -> str:
    lines = [*_banner(layout, job), *_header(layout)]
    busbws: list[float] = []
    size = job.least
    while size <= job.most:
        lines += [*job.between, _row(layout, job, size, busbws)]
        size *= 2
    bad = sum(1 for text in job.wrong.values() if text not in ("N/A", "0"))
    lines.append(f"# Out of bounds values : {bad} {'FAILED' if bad else 'OK'}")
    lines += [f"# Avg bus bandwidth    : {sum(busbws) / len(busbws):g} ", "#"]
    if layout.banner:
        lines.append(f"# Collective test concluded: {job.operation}_perf")
    return "".join(f"{prefix}{line}\n" for line in lines)


def _banner(layout: Layout, job: Job) -> list[str]:
    names = ["# nccl-tests version 2.17.6 nccl-headers=22805 nccl-library=22805"]
    names += [f"# Collective test starting: {job.operation}_perf"]
    sweep = f"minBytes {job.least} maxBytes {job.most} step: 2(factor)"
    per_host = job.ranks // len(job.hosts)
    return [
        *(names if layout.banner else ()),
        f"# nThread 1 nGpus {per_host} {sweep} warmup iters: 5 iters: 20 validation: 1 ",
        "#",
        "# Using devices",
        *(
            f"#  Rank {rank:2} Group  0 Pid {700 + rank} on {job.hosts[rank // per_host]:>10} "
            f"device {rank % per_host:2} [0000:{rank:02x}:00] Some GPU"
            for rank in range(job.ranks)
        ),
        "#",
    ]


def _header(layout: Layout) -> list[str]:
    way = [layout.time, "algbw", "busbw", layout.wrong]
    way += ["i_min", "i_max", "i_p99", "i_cv%"] if layout.statistics else []
    names = ["size", "count", "type", *layout.kind, *way, *way]
    names += ["#iters"] if layout.iters else []
    names += ["timestamp"] if layout.timestamp else []
    return [
        "#" + " " * 60 + "out-of-place" + " " * 23 + "in-place",
        "#  " + "  ".join(f"{name:>8}" for name in names),
        "#       (B)    (elements)          (us)  (GB/s)  (GB/s)         (us)  (GB/s)  (GB/s)",
    ]


def _row(layout: Layout, job: Job, size: int, busbws: list[float]) -> str:
    words = [str(size), str(size // 4), "float"]
    words += [VALUES[name] for name in layout.kind if name not in layout.blank]
    for way in ("out-of-place", "in-place"):
        micros = round(size / job.algbw / 1e3, 2)
        algbw = size / micros / 1e3
        busbw = round(algbw * FACTORS[job.operation](job.ranks), 2)
        busbws.append(busbw)
        words += [f"{micros:.2f}", f"{algbw:.2f}", f"{busbw:.2f}", job.wrong.get((size, way), "0")]
        words += ["1.10", "2.20", "2.10", "0.50"] if layout.statistics else []
    words += ["20"] if layout.iters else []
    words += ["2026-02-03 04:05:06"] if layout.timestamp else []
    return "  ".join(f"{word:>9}" for word in words)
