"""Which bounds hold for a figure, and why none does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from podsys.model.baseline import Baseline
from podsys.model.output import Figure


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one server model must reach. `reason`: why there are none at all.

    `baselines`: those of the platform, by metric; `device`: its accelerator's name, if it has one.
    """

    platform: str
    baselines: Mapping[str, Sequence[Baseline]]
    reason: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """`gates` decide; `advice` only warns; `missing` says why bounds of this metric do not hold."""

    gates: tuple[Baseline, ...] = ()
    advice: tuple[Baseline, ...] = ()
    missing: str = ""


def bounds_for(
    platform: str | None, baselines: Sequence[Baseline], known: Mapping[str, str]
) -> Bounds:
    """An unknown platform has no bounds: it is never taken for one that looks like it.

    `known`: every platform of the catalog, with the name of its accelerator.
    """
    own: dict[str, list[Baseline]] = {}
    for baseline in baselines:
        if baseline.platform == platform:
            own.setdefault(baseline.metric, []).append(baseline)
    names = sorted({*known, *(baseline.platform for baseline in baselines)})
    if platform is None:
        return Bounds("", {}, f"no platform is named (--platform {'|'.join(names)}): no baseline")
    if platform not in names:
        return Bounds(platform, {}, f"no platform {platform} is known: no baseline")
    return Bounds(platform, own, device=known.get(platform, ""))


def match_bounds(figure: Figure, bounds: Bounds) -> Match:
    gates: list[Baseline] = []
    advice: list[Baseline] = []
    reasons: list[str] = []
    for baseline in bounds.baselines.get(figure.metric, ()):
        reason = _why_not(figure, baseline)
        if reason:
            reasons.append(reason)
        else:
            (advice if baseline.advisory else gates).append(baseline)
    if gates or advice or not reasons:
        return Match(tuple(gates), tuple(advice))
    return Match(missing="; ".join(dict.fromkeys(reasons)))


def _why_not(figure: Figure, baseline: Baseline) -> str:
    if figure.unit != baseline.unit:
        return f"the baseline is in {baseline.unit}"
    for key, wanted in baseline.when.items():
        found = figure.setup.get(key)
        if found is None:
            return f"the output does not tell {key} (the baseline needs {wanted})"
        if found != wanted:
            return f"{key} is {found}, the baseline is for {wanted}"
    transport = figure.setup.get("transport")
    if transport and baseline.transport and transport != baseline.transport:
        return f"transport is {transport}, the baseline is for {baseline.transport}"
    if baseline.size_min is not None and (figure.size or 0) < baseline.size_min:
        return f"the baseline holds from {show_size(baseline.size_min)}"
    return ""


def show_size(size: int) -> str:
    """16 GiB, 8 MiB, 1000 bytes."""
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= factor and size % factor == 0:
            return f"{size // factor} {unit}"
    return f"{size} bytes"


def strictest(baselines: Sequence[Baseline]) -> tuple[Baseline, ...]:
    """The highest floor and the lowest ceiling: who holds these holds the others too."""
    floors = [baseline for baseline in baselines if baseline.floor is not None]
    ceilings = [baseline for baseline in baselines if baseline.ceiling is not None]
    highest = [max(floors, key=lambda b: b.floor or 0.0)] if floors else []
    lowest = [min(ceilings, key=lambda b: b.ceiling or 0.0)] if ceilings else []
    return (*highest, *lowest)


def describe(baselines: Sequence[Baseline]) -> str:
    """`>= 460 GB/s (nvlink-1node, from 16 GiB)`."""
    return " and ".join(_describe(baseline) for baseline in baselines)


def _describe(baseline: Baseline) -> str:
    sign, bound = (">=", baseline.floor) if baseline.ceiling is None else ("<=", baseline.ceiling)
    return f"{sign} {bound:g} {baseline.unit}{_conditions(baseline)}"


def _conditions(baseline: Baseline) -> str:
    said = [baseline.transport, baseline.algorithm, "advisory" if baseline.advisory else ""]
    if baseline.size_min is not None:
        said.append(f"from {show_size(baseline.size_min)}")
    text = ", ".join(word for word in said if word)
    return f" ({text})" if text else ""


def breaks(value: float, baseline: Baseline) -> bool:
    too_low = baseline.floor is not None and value < baseline.floor
    too_high = baseline.ceiling is not None and value > baseline.ceiling
    return too_low or too_high
