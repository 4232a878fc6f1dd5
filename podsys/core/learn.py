"""Baselines proposed from a run that an admin trusts: what it measured, less a tolerance.

They are marked as learnt wherever they show. A run teaches only where nothing failed, and where
nothing is unknown but for want of a baseline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, floor, log10
from statistics import median

from podsys.core.check_lines import CheckOutput
from podsys.core.judge.bounds import show_size
from podsys.core.judge.figures import is_latency
from podsys.model.baseline import LEARNT, Baseline
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.output import Figure
from podsys.model.status import Status

# So far below the median a machine of this model may lie.
TOLERANCE = 0.05
# What a bound may depend on, as baselines name it.
WHEN = ("nodes", "gpus", "transport", "memory")
# Tools print these beside what they are asked for: the same in another unit, or simpler kernels.
LEFT_OUT = frozenset(
    [
        "cpu_stream_copy",
        "cpu_stream_scale",
        "cpu_stream_add",
        "nvme_read",
        "nvme_write",
        "nvme_randread_bw",
        "nvme_randwrite_bw",
        "rdma_loopback_bw",
    ]
)

Key = tuple[str, str, str, int | None, tuple[tuple[str, str | int], ...]]


def name_product(facts: NodeFacts) -> str:
    """A server's product as the name of a platform: `PowerEdge XE9680` -> poweredge-xe9680."""
    product = str(facts.get("dmi.product") or facts.get("system.product") or "")
    return re.sub(r"[^a-z0-9]+", "-", product.lower()).strip("-")


def why_not_learn(findings: Iterable[Finding]) -> str:
    """Why a run teaches nothing; "" where it may be trusted if the admin does."""
    for finding in findings:
        where = ", ".join(finding.nodes[:3]) or "the cluster"
        if finding.status is Status.FAIL:
            return f"{finding.check} failed on {where}"
        if finding.status is Status.UNKNOWN and not _lacks_only_a_bound(finding):
            return f"{finding.check} is unknown on {where}: {finding.evidence}"
    return ""


def _lacks_only_a_bound(finding: Finding) -> bool:
    return finding.value is not None and finding.metric != "" and not finding.expected


def propose(outputs: Iterable[CheckOutput], run: str, date: str, lab: bool) -> list[Baseline]:
    """One for each metric of each platform, from the figures that would have been judged.

    No machine of the run breaks the bound that is learnt from it.
    """
    values: dict[Key, list[float]] = {}
    nodes: dict[Key, set[str]] = {}
    for one in outputs:
        for figure in _deciding(one):
            key = _key(one.platforms[-1], figure)
            values.setdefault(key, []).append(figure.value or 0.0)
            nodes.setdefault(key, set()).update(one.nodes)
    return [
        _propose(key, found, len(nodes[key]), _source(run, lab), date)
        for key, found in sorted(values.items(), key=lambda entry: str(entry[0]))
    ]


def _deciding(one: CheckOutput) -> Iterator[Figure]:
    """Of a sweep its largest size, of latencies the least; only what is whole and checked."""
    if not one.platforms or not one.output.is_sound:
        return
    groups: dict[tuple[str, str], list[Figure]] = {}
    for figure in one.output.figures:
        if figure.metric not in LEFT_OUT:
            groups.setdefault((figure.metric, str(sorted(figure.setup.items()))), []).append(figure)
    for figures in groups.values():
        sizes = [figure.size for figure in figures if figure.size is not None]
        size = (min if is_latency(figures[0]) else max)(sizes) if sizes else None
        yield from (figure for figure in figures if figure.size == size)


def _key(platform: str, figure: Figure) -> Key:
    when = tuple((key, figure.setup[key]) for key in WHEN if key in figure.setup)
    size = figure.size if "busbw" in figure.metric or "rdma" in figure.metric else None
    return (platform, figure.metric, figure.unit, size, when)


def _propose(key: Key, found: Sequence[float], nodes: int, source: str, date: str) -> Baseline:
    platform, metric, unit, size, when = key
    falling = "_lat" in metric
    bound = _bound(found, falling)
    at = f" at {show_size(size)}" if size is not None else ""
    spread = f"median {median(found):.4g}, {min(found):.4g} to {max(found):.4g}"
    sign, order = ("+", "more") if falling else ("-", "less")
    return Baseline(
        metric=metric,
        platform=platform,
        unit=unit,
        floor=None if falling else bound,
        ceiling=bound if falling else None,
        size_min=size,
        when=dict(when),
        scope=f"as measured: {len(found)} values of {nodes} nodes{at}",
        source=source,
        date=date,
        note=f"{spread}; the bound: median {sign} {TOLERANCE:.0%}, or the slowest if {order}",
    )


def _bound(found: Sequence[float], falling: bool) -> float:
    """To four digits, and never so that the slowest of the run would break it."""
    usual = median(found)
    exact = (
        max(usual * (1 + TOLERANCE), *found) if falling else min(usual * (1 - TOLERANCE), *found)
    )
    step = 10.0 ** (floor(log10(exact)) - 3) if exact > 0 else 1.0
    return float(f"{(ceil if falling else floor)(exact / step) * step:.6g}")


def _source(run: str, lab: bool) -> str:
    return f"{LEARNT} {run}{' of a practice cluster' if lab else ''}"


def as_entries(baselines: Iterable[Baseline]) -> dict[str, list[Mapping[str, object]]]:
    """Platform -> entries as they stand in a baselines file."""
    found: dict[str, list[Mapping[str, object]]] = {}
    for one in baselines:
        entry = one.model_dump(exclude_defaults=True, exclude_none=True)
        found.setdefault(one.platform, []).append(entry)
    return found


def name_learnt(findings: Iterable[Finding]) -> list[str]:
    """Metrics that were judged by learnt bounds, with the run these come from."""
    sources = {
        (finding.metric, part)
        for finding in findings
        for part in finding.source.split("; ")
        if part.startswith(LEARNT)
    }
    return [f"{metric}: {source}" for metric, source in sorted(sources)]
