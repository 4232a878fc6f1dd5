"""fio with --output-format=json: what each job read and wrote, checked against its own counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from podsys.core.parsers import Unreadable
from podsys.core.parsers._numbers import agree
from podsys.core.parsers._strict import read_json, take_count, take_number, take_object
from podsys.model.output import Figure, ToolOutput

TOOL = "fio"
AGREES = 0.01
DIRECTIONS = ("read", "write", "trim")
# What a job that was asked for this must have done.
ASKED = {
    "read": ("read",), "randread": ("read",), "write": ("write",), "randwrite": ("write",),
    "rw": ("read", "write"), "readwrite": ("read", "write"), "randrw": ("read", "write"),
}  # fmt: skip
# Words that fio prints before its JSON when something went wrong.
_TROUBLE = re.compile(r"\berr(?:or)?\b|failed|No space|denied", re.IGNORECASE)
_SETTINGS = ("rw", "bs", "ioengine", "iodepth", "numjobs", "direct")


def recognises(text: str) -> bool:
    return '"fio version"' in text or bool(re.search(r"(?m)^fio-[0-9]\.[0-9]+", text))


def parse(text: str) -> ToolOutput:
    noise, body = _cut_noise(text)
    document = read_json(body, TOOL)
    jobs = document.get("jobs")
    if not isinstance(jobs, list) or not jobs:
        raise Unreadable("no jobs in the output")
    shared = document.get("global options")
    common = shared if isinstance(shared, dict) else {}
    faults = [line[:200] for line in noise if _TROUBLE.search(line)]
    figures: list[Figure] = []
    gaps: list[str] = []
    for job in jobs:
        if not isinstance(job, dict):
            raise Unreadable("a job is no object")
        error = take_count(job, "error")
        if error:
            faults.append(f"{_name(job)}: error {error}")
        figures += _read_job(job, common)
        gaps += _find_undone(job, common)
    gaps += [] if figures else ["no job read or wrote anything"]
    return ToolOutput(
        tool=TOOL, version=str(document.get("fio version", "")),
        figures=tuple(figures), faults=tuple(faults[:5]), gaps=tuple(gaps),
    )  # fmt: skip


def _cut_noise(text: str) -> tuple[list[str], str]:
    """fio's remarks come on the same stream, before the document."""
    start = 0 if text.startswith("{") else text.find("\n{") + 1
    noise = [line.strip() for line in text[:start].splitlines() if line.strip()]
    return noise, text[start:]


def _name(job: dict[str, Any]) -> str:
    return str(job.get("jobname", "job"))[:80]


def _options(job: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    own = job.get("job options")
    return common | (own if isinstance(own, dict) else {})


def _find_undone(job: dict[str, Any], common: dict[str, Any]) -> list[str]:
    options = _options(job, common)
    asked = ASKED.get(str(options.get("rw", options.get("readwrite", ""))).partition(":")[0], ())
    undone = [d for d in asked if not take_count(take_object(job, d), "total_ios")]
    return [f"{_name(job)}: nothing was done of: {', '.join(undone)}"] if undone else []


def _read_job(job: dict[str, Any], common: dict[str, Any]) -> Iterator[Figure]:
    chosen = _options(job, common)
    setup: dict[str, str | int] = {key: str(chosen[key]) for key in _SETTINGS if key in chosen}
    done = [d for d in DIRECTIONS if d in job and take_count(take_object(job, d), "total_ios")]
    for direction in done:
        part = take_object(job, direction)
        iops, mbytes = _check(part, direction)
        pattern = _pattern(chosen, direction)
        for metric, value, unit in (
            (f"nvme_{pattern}", iops, "IOPS"),
            (f"nvme_{pattern}_bw", mbytes, "MB/s"),
        ):
            yield Figure(metric=metric, value=value, unit=unit, subject=_name(job), setup=setup)


def _check(part: dict[str, Any], direction: str) -> tuple[float, float]:
    """IOPS and MB/s, refused where counts and time say something else."""
    iops, rate = take_number(part, "iops"), _rate(part)
    seconds = take_number(part, "runtime") / 1000
    if seconds <= 0:
        raise Unreadable(f"{direction}: it took no time")
    ios, moved = take_count(part, "total_ios", 1), take_number(part, "io_bytes")
    if not agree(iops, ios / seconds, AGREES, 0.5) or not agree(
        rate, moved / seconds, AGREES, 1024
    ):
        raise Unreadable(f"{direction}: counts, time and rate disagree")
    return iops, round(rate / 1e6, 3)


def _rate(part: dict[str, Any]) -> float:
    """Old versions give KiB only."""
    return take_number(part, "bw_bytes") if "bw_bytes" in part else take_number(part, "bw") * 1024


def _pattern(options: dict[str, Any], direction: str) -> str:
    """randread alone is what floors are published for; half of a mix is not the same."""
    pattern = str(options.get("rw", options.get("readwrite", direction)))
    plain = pattern.partition(":")[0]
    return plain if plain.endswith(direction) and plain != "readwrite" else f"{plain}_{direction}"


_READ = (
    '"read": {"io_bytes": 4096000000, "bw_bytes": 409600000, "iops": 100000.0, '
    '"runtime": 10000, "total_ios": 1000000}'
)
KNOWN_GOOD = (
    '{"fio version": "fio-3.35", "global options": {"bs": "4k"}, "jobs": [{"jobname": "one", '
    '"error": 0, "job options": {"rw": "randread"}, ' + _READ + "}]}"
)
KNOWN_BAD = (
    "",
    KNOWN_GOOD[:-2],
    KNOWN_GOOD.replace('"error": 0', '"error": 5'),
    KNOWN_GOOD.replace('"error": 0, ', ""),
    KNOWN_GOOD.replace('"total_ios": 1000000', '"total_ios": 0'),
    KNOWN_GOOD.replace("100000.0", "900000.0"),
    KNOWN_GOOD.replace("100000.0", "null"),
    KNOWN_GOOD.replace('"runtime": 10000', '"runtime": 0'),
    KNOWN_GOOD.replace('"jobs": [', '"jobs": [], "gone": ['),
    "fio: io_u error on file /data/x: No space left on device\n" + KNOWN_GOOD,
)
