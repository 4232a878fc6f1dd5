"""What must hold on 32 practice nodes, as ratios of medians in one run: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.numbers import Table

NODES = 32


@dataclass(frozen=True, slots=True)
class Judged:
    """`met` is None where it was not measured."""

    claim: str
    measured: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """One wall time over another one's, both in the same scenario."""

    claim: str
    scenario: str
    upper: str
    lower: str
    at_least: float | None = None
    at_most: float | None = None


RATIOS = (
    Ratio(
        "converged deploy, process start to exit: at most 4 times one paramiko round trip that "
        "carries the same payload and starts Python on the same nodes",
        "converged", "podsys", "roundtrip", at_most=4,
    ),
    Ratio(
        "converged deploy: at least 5 times faster than pyinfra holding the same state",
        "converged", "pyinfra", "podsys", at_least=5,
    ),
    Ratio(
        "converged deploy: at least 80 times faster than stock Ansible",
        "converged", "stock", "podsys", at_least=80,
    ),
    Ratio(
        "first deploy of settings and files from a fresh image: at least 6 times faster than stock "
        "ansible-playbook with 32 forks and pipelining on the same rendered tree",
        "first", "stock", "podsys", at_least=6,
    ),
)  # fmt: skip
DRIFT = (
    "one drifted setting on one node found and repaired: at most 2.5 times the converged time plus "
    "one Ansible start"
)
SCALE = (
    "10,000 nodes: spec, select, plan, render and journal in under 10 s and 600 MB on one core, "
    "the cost of a node at most 20 % above that of 1,000 nodes"
)
PLANNED, COMPARED = 10_000, 1_000
MOST_S, MOST_MB, MOST_GROWTH = 10.0, 600, 1.2
# The stages that the claim is about; reading the nodes' answers and judging them come on top.
PLANNING = ("catalog", "spec", "select", "plan", "render", "write", "journal")


def judge(table: Table, scale: Mapping[str, Any] | None) -> Iterator[Judged]:
    """`scale`: exit code and rows of the planning benchmark."""
    for ratio in RATIOS:
        yield _judge_ratio(ratio, table)
    yield _judge_drift(table)
    yield _judge_scale(scale)


def _judge_ratio(ratio: Ratio, table: Table) -> Judged:
    upper = table.get((ratio.scenario, NODES, ratio.upper))
    lower = table.get((ratio.scenario, NODES, ratio.lower))
    if not upper or not lower:
        return Judged(ratio.claim, "not measured", None)
    found = upper.wall_s / lower.wall_s
    words = f"{upper.wall_s:.2f} s / {lower.wall_s:.2f} s = {found:.2f}"
    if upper.failed or lower.failed:
        return Judged(ratio.claim, f"{words}, but runs failed", False)
    good_low = ratio.at_least is None or found >= ratio.at_least
    good_high = ratio.at_most is None or found <= ratio.at_most
    return Judged(ratio.claim, words, good_low and good_high)


def _judge_drift(table: Table) -> Judged:
    keys = (("drift", "podsys"), ("converged", "podsys"), ("drift", "ansible-start"))
    found = [table.get((scenario, NODES, tool)) for scenario, tool in keys]
    if None in found:
        return Judged(DRIFT, "not measured", None)
    repaired, converged, start = (each for each in found if each)
    bound = 2.5 * converged.wall_s + start.wall_s
    words = (
        f"{repaired.wall_s:.2f} s, bound 2.5 x {converged.wall_s:.2f} s + {start.wall_s:.2f} s "
        f"= {bound:.2f} s"
    )
    failed = any(each.failed for each in (repaired, converged, start))
    words += ", but runs failed" if failed else ""
    return Judged(DRIFT, words, repaired.wall_s <= bound and not failed)


def _judge_scale(scale: Mapping[str, Any] | None) -> Judged:
    if scale is None:
        return Judged(SCALE, "not measured", None)
    rows = {(row["nodes"], row["scenario"]): row for row in scale["rows"]}
    found = [
        _compare(scenario, row, rows.get((COMPARED, scenario)))
        for (nodes, scenario), row in rows.items()
        if nodes == PLANNED
    ]
    words = "; ".join(text for text, _ in found) or "no such row"
    return Judged(SCALE, words, bool(found) and all(met for _, met in found) and not scale["code"])


def _compare(
    scenario: str, large: Mapping[str, Any], small: Mapping[str, Any] | None
) -> tuple[str, bool]:
    spent = _planning_s(large)
    words = f"{scenario}: {spent:.1f} s, {large['peak_mb']:.0f} MB"
    if small is None:
        return f"{words}, nothing to compare with", False
    growth = (spent / PLANNED) / (_planning_s(small) / COMPARED)
    words += f", a node costs {growth:.2f} times what it costs among 1,000"
    return words, spent < MOST_S and large["peak_mb"] < MOST_MB and growth <= MOST_GROWTH


def _planning_s(row: Mapping[str, Any]) -> float:
    return sum(row["seconds"][stage] for stage in PLANNING)
