"""Loss between nodes: segments that TCP sent again, beside what is usual in the fleet.

A node that loses packets may still be fast: TCP hides it, until a collective waits for the one
segment that is late. The same solver that finds what is slow finds what is lossy; it is asked
with cleanness, the inverse of the share that was sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from podsys.core.locate.blame import Accused
from podsys.core.locate.fabric import Fabric
from podsys.core.pairs import PairResult, fold_pairs
from podsys.core.suspects import Localised, find_suspects
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status

METRIC = "tcp_pair_resent"


@dataclass(frozen=True, slots=True)
class _Loss:
    """Percent each way, what is usual, and above what it is a fault."""

    values: Mapping[tuple[str, ...], list[float]]
    usual: float
    bound: float
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
    floor = _cleanness(bound, baseline.least)
    clean = [
        replace(one, value=_cleanness(one.value, baseline.least))
        for one in measurements
        if one.value is not None
    ]
    return _Loss(values, usual, bound, find_suspects(fold_pairs(clean, floor), floor, fabric))


def _find_usual(values: Mapping[tuple[str, ...], Sequence[float]]) -> float:
    """Each node counts once: a lossy one spoils every way it takes part in."""
    own: dict[str, list[float]] = {}
    for way, found in values.items():
        for node in way:
            own.setdefault(node, []).extend(found)
    return median(median(numbers) for numbers in own.values())


def _cleanness(percent: float, least: float) -> float:
    return 1 / (percent + least)


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
