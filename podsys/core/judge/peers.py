"""Each value beside those of its like: the same in other outputs, or its siblings in this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from podsys.core.judge.decide import SUITE
from podsys.core.judge.figures import Group
from podsys.core.judge.spread import FEWEST, FEWEST_OUTPUTS, find_clusters, find_slow
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding
from podsys.model.output import Figure
from podsys.model.status import Status


def compare(groups: Sequence[Group], alike: Mapping[str, Baseline]) -> None:
    """Each value beside those of its like: the same in other outputs, or its siblings in this."""
    for members in _peers(groups).values():
        baseline = alike.get(members[0][1].metric)
        if baseline is None:
            continue
        values = {str(n): figure.value or 0.0 for n, (_, figure) in enumerate(members)}
        fewest = FEWEST_OUTPUTS if len({id(g) for g, _ in members}) > 1 else FEWEST
        spread = find_slow(values, baseline, fewest)
        for number in spread.slow if spread else ():
            group, figure = members[int(number)]
            assert spread is not None
            group.slow[figure.subject] = spread


def _peers(
    groups: Sequence[Group],
) -> dict[tuple[object, ...], list[tuple[Group, Figure]]]:
    """Pairs of GPUs differ by where they sit, so a pair is like the same pair elsewhere only."""
    across: dict[tuple[object, ...], list[tuple[Group, Figure]]] = {}
    for number, group in enumerate(groups):
        for figure in group.known:
            across.setdefault(("all", *_identity(figure), figure.subject), []).append(
                (group, figure)
            )
            if "->" not in figure.subject:
                within = ("one", number, *_identity(figure))
                across.setdefault(within, []).append((group, figure))
    return across


def _identity(figure: Figure) -> tuple[object, ...]:
    return (figure.metric, figure.unit, figure.size, tuple(sorted(figure.setup.items())))


def name_clusters(groups: Sequence[Group], alike: Mapping[str, Baseline]) -> Iterator[Finding]:
    populations: dict[tuple[object, ...], list[tuple[str, Figure]]] = {}
    for group in groups:
        for figure in group.known:
            if figure.metric in alike:
                name = " ".join(part for part in (group.handed.name, figure.subject) if part)
                populations.setdefault(_identity(figure), []).append((name, figure))
    for members in populations.values():
        found = find_clusters([figure.value or 0.0 for _, figure in members])
        if found:
            yield _describe_clusters(members, *found)


def _describe_clusters(
    members: Sequence[tuple[str, Figure]], low: Sequence[float], high: Sequence[float]
) -> Finding:
    figure = members[0][1]
    names = [name for name, one in members if one.value in low]
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    evidence = (
        f"two clusters: {len(high)} from {high[0]:.4g} to {high[-1]:.4g}, "
        f"{len(low)} from {low[0]:.4g} to {low[-1]:.4g} {figure.unit}: {shown}"
    )
    return Finding(
        f"judge.clusters.{figure.metric}", SUITE, (), Status.WARN,
        metric=figure.metric, unit=figure.unit, evidence=evidence,
    )  # fmt: skip
