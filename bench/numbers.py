"""Medians and ratios: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from bench.raw import Sample

Key = tuple[str, int, str]  # scenario, nodes, tool


@dataclass(frozen=True, slots=True)
class Medians:
    """Of the samples that did their work; `failed` others are counted and nothing more."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    tree_mib: float
    fastest_s: float
    slowest_s: float
    runs: int
    failed: int = 0


Table = Mapping[Key, Medians]


def make_table(samples: Iterable[Sample]) -> dict[Key, Medians]:
    groups: dict[Key, list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.scenario, sample.nodes, sample.tool), []).append(sample)
    return {key: _summarise(group) for key, group in groups.items() if any(s.ok for s in group)}


def _summarise(group: list[Sample]) -> Medians:
    good = [sample for sample in group if sample.ok]
    walls = [sample.wall_s for sample in good]
    return Medians(
        wall_s=median(walls),
        cpu_s=median(sample.cpu_s for sample in good),
        peak_mib=median(sample.peak_mib for sample in good),
        tree_mib=median(sample.tree_mib for sample in good),
        fastest_s=min(walls),
        slowest_s=max(walls),
        runs=len(good),
        failed=len(group) - len(good),
    )
