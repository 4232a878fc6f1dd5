"""Wrong elements between two nodes: one is too many, however seldom and however fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement
from podsys.model.status import Status

METRIC = "nccl_allreduce_wrong"
Nodes = tuple[str, ...]


def judge_wrong(
    measurements: Sequence[Measurement], baseline: Baseline | None, *, remedy: str = ""
) -> Iterator[Finding]:
    """Both nodes of a pair fail, unless the other pairs tell which of them it is."""
    pairs = _by_pair(measurements)
    every = {node for nodes in pairs for node in nodes}
    template = Finding(
        measurements[0].check, "network", tuple(sorted(every)), Status.UNKNOWN,
        metric=METRIC, unit="elements", evidence=f"no baseline for {METRIC}",
    )  # fmt: skip
    if baseline is None or baseline.max_wrong is None:
        yield template
        return
    most = baseline.max_wrong
    template = replace(template, expected=f"<= {most} wrong elements", source=baseline.source)
    bad = {nodes: values for nodes, values in pairs.items() if max(values) > most}
    for nodes, values in sorted(bad.items()):
        times = sum(value > most for value in values)
        text = f"{' and '.join(nodes)}: wrong elements in {times} of {len(values)} runs"
        yield replace(
            template, status=Status.FAIL, nodes=_blame(nodes, bad, pairs), value=max(values),
            evidence=text, remedy=remedy,
        )  # fmt: skip
    good = every - {node for nodes in bad for node in nodes}
    if good:
        text = "every element of every pair was right"
        yield replace(
            template, status=Status.PASS, nodes=tuple(sorted(good)), value=0.0, evidence=text
        )


def _blame(nodes: Nodes, bad: Iterable[Nodes], pairs: Iterable[Nodes]) -> Nodes:
    """Who is wrong with several, where its partner is right with all others."""
    wrong = Counter(node for one in bad for node in one)
    seen = Counter(node for one in pairs for node in one)
    cleared = {node for node in nodes if wrong[node] == 1 and seen[node] > 1}
    blamed = tuple(node for node in nodes if wrong[node] > 1)
    return blamed if len(blamed) == 1 and len(cleared) == 1 else nodes


def _by_pair(measurements: Iterable[Measurement]) -> Mapping[Nodes, list[float]]:
    found: dict[Nodes, list[float]] = {}
    for one in measurements:
        if one.value is not None:
            found.setdefault(tuple(sorted(one.nodes)), []).append(one.value)
    return found
