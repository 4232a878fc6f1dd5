"""Figures that mean the same, and which of them are judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from podsys.core.judge.bounds import Bounds, Match, match_bounds, show_size
from podsys.core.judge.spread import Spread
from podsys.model.output import Figure, ToolOutput

Key = tuple[str, str, tuple[tuple[str, str | int], ...]]


@dataclass(frozen=True, slots=True)
class Handed:
    """One output that was handed in; without `output`, `reason` says why it cannot be read."""

    name: str
    output: ToolOutput | None
    reason: str = ""


@dataclass(slots=True)
class Group:
    """Figures of one output that mean the same; those of the deciding size are judged."""

    handed: Handed
    output: ToolOutput
    figures: list[Figure]
    match: Match
    deciding: list[Figure]
    slow: dict[str, Spread] = field(default_factory=dict)

    @property
    def known(self) -> list[Figure]:
        return [figure for figure in self.deciding if figure.value is not None]

    @property
    def worst(self) -> Figure | None:
        falling = is_latency(self.deciding[0])
        values = sorted(self.known, key=lambda f: f.value or 0.0)
        return (values[-1] if falling else values[0]) if values else None


def group_figures(handed: Handed, bounds: Bounds) -> Iterator[Group]:
    if handed.output is None:
        return
    found: dict[Key, list[Figure]] = {}
    for figure in handed.output.figures:
        key = (figure.metric, figure.unit, tuple(sorted(figure.setup.items())))
        found.setdefault(key, []).append(figure)
    for figures in found.values():
        yield _decide_size(handed, handed.output, figures, bounds)


def _decide_size(
    handed: Handed, output: ToolOutput, figures: list[Figure], bounds: Bounds
) -> Group:
    """A sweep is judged where it means something: bandwidth at the largest size, latency least."""
    sizes = [figure.size for figure in figures if figure.size is not None]
    least = is_latency(figures[0])
    size = (min(sizes) if least else max(sizes)) if sizes else None
    deciding = [figure for figure in figures if figure.size == size]
    return Group(handed, output, figures, match_bounds(deciding[0], bounds), deciding)


def is_latency(figure: Figure) -> bool:
    return "_lat" in figure.metric


def where(figure: Figure) -> str:
    size = show_size(figure.size) if figure.size is not None else ""
    return ", ".join(part for part in (figure.subject, size) if part) or figure.metric
