"""Loss between nodes: segments that TCP sent again, beside what is usual in the fleet.

A node that loses packets may still be fast: TCP hides it, until a collective waits for the one
segment that is late. The same solver that finds what is slow finds what is lossy: it is given 1 for
a measurement that is clean and less for one that is not, because how much is lost scatters widely.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median, median_low

from podsys.core.locate.blame import Accused
from podsys.core.locate.fabric import EndPair, Fabric
from podsys.core.pairs import PairResult, fold_pairs
from podsys.core.retests import retest_pairs
from podsys.core.suspects import Localised, find_suspects
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status

METRIC = "tcp_pair_resent"
CLEAN, LOSSY = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class _Loss:
    """Percent each way, what is usual, and above what it is a fault."""

    values: Mapping[tuple[str, ...], list[float]]
    usual: float
    bound: float
    pairs: list[PairResult]
    found: Localised

    def of(self, nodes: Iterable[str], place: int) -> float:
        """The usual loss of what these nodes send (0) or receive (1)."""
        named = {*nodes}
        own = [v for way, values in self.values.items() if way[place] in named for v in values]
        return median(own) if own else 0.0


def judge_resent(
    measurements: Sequence[Measurement],
    baseline: Baseline | None,
    *,
    suite: str = "network",
    remedy: str = "",
    fabric: Fabric | None = None,
) -> tuple[list[Finding], list[Suspect]]:
    """Who loses packets, steadily or at times. Without numbers nothing is said: not every
    system counts them, and bandwidth is judged by itself."""
    loss = _locate(measurements, baseline, fabric) if baseline else None
    if loss is None or baseline is None:
        return [], []
    template = Finding(
        measurements[0].check, suite, (), Status.PASS,
        metric=METRIC, unit="%", source=baseline.source,
        expected=f"<= {loss.bound:.3g} % (fleet, usual {loss.usual:.3g})",
    )  # fmt: skip
    findings = list(_judge(loss, template, remedy))
    suspects = [replace(one.suspect, evidence=_describe(loss, one)) for one in loss.found.accused]
    return findings, suspects


def _locate(
    measurements: Sequence[Measurement], baseline: Baseline, fabric: Fabric | None
) -> _Loss | None:
    values: dict[tuple[str, ...], list[float]] = {}
    for one in measurements:
        if one.value is not None:
            values.setdefault(one.nodes, []).append(one.value)
    if not values or baseline.ceiling_of_median is None:
        return None
    usual = _find_usual(values)
    bound = max(baseline.least, baseline.ceiling_of_median * usual)
    told = [
        replace(one, value=LOSSY if one.value > bound else CLEAN)
        for one in measurements
        if one.value is not None
    ]
    pairs = fold_pairs(told, CLEAN)
    return _Loss(values, usual, bound, pairs, find_suspects(pairs, CLEAN, fabric))


def retest_losses(
    measurements: Sequence[Measurement], baseline: Baseline | None, fabric: Fabric | None = None
) -> list[EndPair]:
    """Which pairs are worth another look because packets were lost there."""
    known = [one for one in measurements if one.metric == METRIC]
    loss = _locate(known, baseline, fabric) if baseline else None
    return retest_pairs(loss.pairs, loss.found) if loss else []


def _find_usual(values: Mapping[tuple[str, ...], Sequence[float]]) -> float:
    """Each node counts once, by its ways, and each way once: a lossy node spoils all of its own,
    and retests are of what is in doubt."""
    own: dict[str, list[float]] = {}
    for way, found in values.items():
        for node in way:
            own.setdefault(node, []).append(median(found))
    return median_low(median_low(numbers) for numbers in own.values())


def _judge(loss: _Loss, template: Finding, remedy: str) -> Iterator[Finding]:
    for one in loss.found.accused:
        worst = max(loss.of(one.nodes, 0), loss.of(one.nodes, 1))
        yield replace(
            template, nodes=one.nodes, status=Status.FAIL, value=round(worst, 4),
            evidence=_describe(loss, one), remedy=remedy,
        )  # fmt: skip
    for pair in loss.found.flickering:
        yield replace(
            template, nodes=pair.nodes, status=Status.WARN, value=round(_worst(loss, pair), 4),
            evidence=f"loses packets at times: {pair.slow} of {len(pair.values)} attempts",
            remedy=remedy,
        )  # fmt: skip
    named = {node for one in loss.found.accused for node in one.nodes}
    others = tuple(sorted({node for way in loss.values for node in way} - named))
    if others:
        yield replace(template, nodes=others, value=round(loss.usual, 4))


def explain_slow_paths(
    findings: Sequence[Finding], suspects: Sequence[Suspect], lossy: Iterable[Suspect]
) -> tuple[list[Finding], list[Suspect]]:
    """A slow path that ends at a node that loses packets is its symptom, and no bad link."""
    nodes = {one.id for one in lossy if one.kind == "node"}
    told = [_fold(one, nodes) for one in findings]
    left = [s for s in suspects if s.kind != "link" or nodes.isdisjoint(s.id.split("--"))]
    return told, left


def explain_losses(
    findings: Sequence[Finding], suspects: Sequence[Suspect], slow: Iterable[Suspect]
) -> tuple[list[Finding], list[Suspect]]:
    """Loss on the way to a node that is slow with everybody: its full queue drops segments."""
    nodes = {one.id for one in slow if one.kind == "node"}
    told = [_warn(one, nodes) for one in findings]
    left = [s for s in suspects if s.kind != "link" or nodes.isdisjoint(s.id.split("--"))]
    return told, left


def _warn(finding: Finding, nodes: set[str]) -> Finding:
    ends = sorted(nodes.intersection(finding.nodes))
    if len(finding.nodes) != 2 or finding.status is Status.PASS or not ends:
        return finding
    evidence = f"{finding.evidence}; {' and '.join(ends)} is slow, which explains it"
    return replace(
        finding, status=Status.WARN, folded_under=finding.check, evidence=evidence, remedy=""
    )


def _fold(finding: Finding, nodes: set[str]) -> Finding:
    ends = sorted(nodes.intersection(finding.nodes))
    if len(finding.nodes) != 2 or finding.status is Status.PASS or not ends:
        return finding
    evidence = f"{finding.evidence}; {' and '.join(ends)} loses packets, which explains it"
    return replace(finding, folded_under=finding.check, evidence=evidence)


def _worst(loss: _Loss, pair: PairResult) -> float:
    ways = (pair.nodes, pair.nodes[::-1])
    return max(value for way in ways for value in loss.values.get(way, [0.0]))


def _describe(loss: _Loss, one: Accused) -> str:
    if one.suspect.kind == "link":
        sent, got = loss.values.get(one.nodes, [0.0]), loss.values.get(one.nodes[::-1], [0.0])
        there, back = f"{median(sent):.3g} %", f"{median(got):.3g} %"
        text = f"of what {one.nodes[0]} sends to {one.nodes[1]} {there} had to be sent again, "
        text += f"{back} the other way"
    else:
        sends, gets = (loss.of(one.nodes, place) for place in (0, 1))
        text = f"loses packets: {sends:.3g} % of what it sends and {gets:.3g} % of what it "
        text += "receives had to be sent again"
    text += f"; usual is {loss.usual:.3g} %"
    return f"intermittent: {text}" if one.intermittent else text
