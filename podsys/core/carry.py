"""What an earlier run measured and what of it still holds: same nodes, same boot, same wishes.

A check that ran to its end is carried over whole, with its numbers. One that says that it
continues goes on from the numbers it has. What failed without a number is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from podsys.model.item import Item
from podsys.model.spec import ClusterSpec

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the measurements of a run rest on.

    `common` is a digest of catalog, checks and of how cluster.yaml wants to be measured; `nodes`
    has one for each node, of its boot and of what is wanted of it; "" where that is not known.
    """

    common: str
    nodes: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"common": self.common, "nodes": dict(self.nodes)}


@dataclass(frozen=True, slots=True)
class Kept:
    """Lines that still hold. `why_not` says why nothing is kept; `run` is where they are from."""

    run: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    why_not: str = ""

    @property
    def measurements(self) -> int:
        return sum(map(_is_numeric, self.lines))


def make_standing(
    spec: ClusterSpec,
    knowledge: Sequence[str],
    boots: Mapping[str, str],
    wanted: Mapping[str, Sequence[Item]],
) -> Standing:
    """`knowledge`: digests of the catalog and of the checks."""
    ways = {"seconds_per_pair", "max_rounds", "scratch", "tools", "launcher", "soak_minutes"}
    how = spec.model_dump(mode="json", include={"network": True, "accept": ways})
    nodes = {
        node: _digest([boot, [asdict(item) for item in wanted[node]]]) if boot else ""
        for node, boot in boots.items()
    }
    return Standing(_digest([*knowledge, how]), nodes)


def read_standing(content: object) -> Standing | None:
    """None where the file holds something else."""
    if not isinstance(content, dict) or not isinstance(content.get("nodes"), dict):
        return None
    nodes = {str(node): str(digest) for node, digest in content["nodes"].items()}
    return Standing(str(content.get("common", "")), nodes)


def keep_lines(
    run: str, lines: Sequence[Line], before: Standing, now: Standing, since: datetime
) -> Kept:
    """What still holds of the lines of `run`; nothing older than `since`."""
    if before.common != now.common:
        return Kept(run, why_not="the catalog, the checks or how to measure has changed since")
    valid = {n for n, digest in now.nodes.items() if digest and digest == before.nodes.get(n)}
    if not valid:
        return Kept(run, why_not="every node has rebooted or is to be different since")
    fresh = [line for line in lines if _is_fresh(line, since)]
    whole = {*before.nodes} == {*now.nodes} == valid
    planned = list(_planned(lines))
    partly = _find_partly(fresh, planned)
    done = {_key(line) for line in _finished(fresh, valid, whole)} - partly
    continued = {one["check"] for one in planned if one.get("continues")}
    kept = [
        _mark(run, line)
        for line in fresh
        if _key(line) in done or _is_part(line, continued, valid) or _is_number(line, done, valid)
    ]
    return Kept(run, kept, "" if kept else "nothing in it is recent and whole")


def _find_partly(lines: Iterable[Line], planned: Iterable[Line]) -> set[tuple[str, ...]]:
    """What ran several times on the same nodes, with other parameters, and not each time well."""
    due = Counter((one["check"], *one["nodes"]) for one in planned)
    well = Counter(_key(line) for line in lines if _ended_well(line))
    ill = {_key(line) for line in lines if line.get("type") == "outcome" and not _ended_well(line)}
    return ill | {key for key, count in due.items() if well[key] < count}


def _ended_well(line: Line) -> bool:
    return line.get("type") == "outcome" and line.get("status") in ("pass", "skip")


def _is_fresh(line: Line, since: datetime) -> bool:
    try:
        return datetime.fromisoformat(str(line.get("time"))) >= since
    except (ValueError, TypeError):
        return False


def _finished(lines: Iterable[Line], valid: set[str], whole: bool) -> Iterator[Line]:
    """Outcomes that stand: the check ran well, all its numbers are there, its nodes are as then."""
    every = list(lines)
    flawed = {one["check"] for one in every if _is_numeric(one) and _is_flawed(one)}
    flawed_on_nodes = {one["check"] for one in every if _is_open(one)}
    for line in every:
        if line.get("type") == "outcome" and not line["nodes"] and line["check"] in flawed_on_nodes:
            continue
        good = _ended_well(line)
        as_then = {*line["nodes"]} <= valid if good and line["nodes"] else whole
        if good and as_then and line["check"] not in flawed:
            yield line


def _is_open(line: Line) -> bool:
    """A check that says of some nodes by itself how it went there: all of it is asked again."""
    return line.get("type") == "outcome" and bool(line["nodes"]) and not _ended_well(line)


def _is_flawed(line: Line) -> bool:
    if line["type"] == "output":
        output = line["output"]
        return bool(output["faults"] or output["gaps"])
    return line.get("value") is None or bool(line.get("problem"))


def _is_part(line: Line, continued: set[str], valid: set[str]) -> bool:
    """A number that its check can go on from."""
    fits = _is_measurement(line) and line["check"] in continued and {*line["nodes"]} <= valid
    return fits and not _is_flawed(line)


def _is_number(line: Line, done: set[tuple[str, ...]], valid: set[str]) -> bool:
    """A number of a check that is carried over whole."""
    if line.get("type") != "expected" and not _is_numeric(line):
        return False
    if not {*line["nodes"]} <= valid:
        return False
    return (line["check"],) in done or (line["check"], *line["nodes"]) in done


def _is_measurement(line: Line) -> bool:
    return line.get("type") == "measurement"


def _is_numeric(line: Line) -> bool:
    """One number, or all that a tool printed."""
    return line.get("type") in ("measurement", "output")


def _planned(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        if line.get("type") == "started":
            yield from line["planned"]


def _key(line: Line) -> tuple[str, ...]:
    """Of an outcome; of anything else what no outcome has."""
    return (line["check"], *line["nodes"]) if line.get("type") == "outcome" else ("", "")


def _mark(run: str, line: Line) -> dict[str, Any]:
    """With the run that measured it, and its raw output named as it lies in the new run."""
    origin = line.get("carried") or run
    evidence = str(line.get("evidence", ""))
    if not line.get("carried") and evidence.startswith("raw/"):
        evidence = f"raw/{run}.{evidence.removeprefix('raw/')}"
    return {**line, "carried": origin, "evidence": evidence}


def oldest(now: datetime, hours: float) -> datetime:
    return now - timedelta(hours=hours)


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
