"""Pairs judged: a floor for all, a comparison with the fleet, and who is behind slow pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from podsys.core.judge.made_with import tell_setups
from podsys.core.judge.thresholds import Thresholds, find_thresholds
from podsys.core.locate.blame import Accused
from podsys.core.locate.fabric import Fabric, name_end
from podsys.core.pairs import PairResult, fold_pairs, pairs_by_node
from podsys.core.suspects import Localised, find_suspects
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """`unmeasured` names nodes of which the pairs say nothing, with the reason."""

    findings: list[Finding]
    suspects: list[Suspect]
    unmeasured: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Case:
    """One check's measurements with all that is needed to judge them."""

    check: str
    suite: str
    metric: str
    unit: str
    baseline: Baseline | None
    thresholds: Thresholds
    pairs: list[PairResult]
    found: Localised
    remedy: str
    lost: Mapping[str, str]

    def finding(
        self, status: Status, nodes: Iterable[str], value: float | None, evidence: str
    ) -> Finding:
        return Finding(
            check=self.check,
            suite=self.suite,
            nodes=tuple(nodes),
            status=status,
            metric=self.metric,
            value=None if value is None else round(value, 4),
            unit=self.unit,
            expected=self.thresholds.describe(self.unit),
            source=self.baseline.source if self.baseline else "",
            evidence=evidence,
            remedy=self.remedy if status in (Status.FAIL, Status.WARN) else "",
        )


def judge_pairs(
    measurements: Sequence[Measurement],
    baseline: Baseline | None,
    line_rate_gbps: float | None,
    nodes: Sequence[str] = (),
    *,
    suite: str = "network",
    remedy: str = "",
    fabric: Fabric | None = None,
) -> PairVerdict:
    """All measurements of one check; `nodes` are those that should have been measured."""
    if not measurements:
        return _nothing_measured(baseline, nodes, suite)
    first = measurements[0]
    thresholds = _thresholds(measurements, baseline, line_rate_gbps)
    pairs, found = localise(measurements, thresholds, fabric)
    unmeasured = dict(found.unmeasured)
    measured = pairs_by_node(pairs)
    unmeasured |= {n: "in no measured pair" for n in nodes if n not in measured}
    lost = find_lost(measurements)
    unmeasured |= {n: f"lost while it was measured: {why}" for n, why in lost.items()}
    case = _Case(
        first.check, suite, first.metric, first.unit, baseline, thresholds, pairs, found, remedy,
        lost,
    )  # fmt: skip
    findings = [*_judge_fleet(case), *_judge_nodes(case), *_judge_accused(case), *_judge_rest(case)]
    findings += _judge_lost_at_times(case, measurements)
    findings += [
        case.finding(Status.UNKNOWN, [node], None, reason) for node, reason in unmeasured.items()
    ]
    findings += _judge_unsaid(case, {*nodes, *measured}, findings)
    return PairVerdict(tell_setups(findings, measurements), found.suspects, unmeasured)


def _nothing_measured(baseline: Baseline | None, nodes: Sequence[str], suite: str) -> PairVerdict:
    reason = "no pair was measured"
    metric = baseline.metric if baseline else ""
    findings = [
        Finding("network.pairs", suite, (n,), Status.UNKNOWN, metric=metric, evidence=reason)
        for n in nodes
    ]
    return PairVerdict(findings, [], dict.fromkeys(nodes, reason))


def localise(
    measurements: Sequence[Measurement], thresholds: Thresholds, fabric: Fabric | None = None
) -> tuple[list[PairResult], Localised]:
    """When no pair reaches the absolute floor, the fleet's own bound still tells who is worst."""
    pairs = fold_pairs(measurements, thresholds.slow_below)
    found = find_suspects(pairs, thresholds.slow_below, fabric)
    if found.uniform and thresholds.relative is not None:
        pairs = fold_pairs(measurements, thresholds.relative)
        found = find_suspects(pairs, thresholds.relative, fabric)
    return pairs, found


def _thresholds(
    measurements: Sequence[Measurement], baseline: Baseline | None, line_rate: float | None
) -> Thresholds:
    if baseline is None:
        return Thresholds(None, None, None)
    return find_thresholds(measurements, baseline, line_rate)


def _judge_fleet(case: _Case) -> Iterator[Finding]:
    """No pair at all above the floor: the whole fleet fails and nobody in it is singled out."""
    known = _find_worst(case)
    if known and _is_below_floor(case):
        nodes = sorted({n for p in case.pairs if p.values for n in p.nodes})
        evidence = f"none of {len(known)} pairs reaches the floor; worst {min(known):.3g}"
        yield case.finding(Status.FAIL, nodes, median(known), evidence)


def _is_below_floor(case: _Case) -> bool:
    floor = case.thresholds.absolute
    return floor is not None and all(value < floor for value in _find_worst(case))


def _find_worst(case: _Case) -> list[float]:
    """Of each pair; one that was fast one way and gave nothing the other way clears nobody."""
    return [pair.worst for pair in case.pairs if pair.values and pair.worst is not None]


def _judge_nodes(case: _Case) -> Iterator[Finding]:
    accused = {node: one for one in case.found.accused for node in one.nodes if not _is_link(one)}
    in_links = {node for one in case.found.accused if _is_link(one) for node in one.nodes}
    all_below = _is_below_floor(case)
    for node, own in sorted(pairs_by_node(case.pairs).items()):
        values = [p.worst for p in own if p.worst is not None and p.state == "good"]
        if values and node not in accused and node not in case.lost and not all_below:
            yield _judge_good(case, node, values, in_links)


def _is_link(accused: Accused) -> bool:
    return accused.suspect.kind == "link"


def _judge_good(
    case: _Case, node: str, values: Sequence[float], in_links: Iterable[str]
) -> Finding:
    """A node with good pairs passes, but only against both kinds of bound."""
    missing = _missing_bound(case)
    status = Status.UNKNOWN if missing else Status.PASS
    evidence = missing or f"{len(values)} good pairs, {min(values):.3g} to {max(values):.3g}"
    if not missing and node in in_links:
        evidence += "; one of its links is suspect"
    return case.finding(status, [node], median(values), evidence)


def _missing_bound(case: _Case) -> str:
    if case.baseline is None:
        return f"no baseline for {case.metric}"
    if case.baseline.floor_of_line_rate is not None and case.thresholds.absolute is None:
        return "the nominal line rate is not known: set network.link_gbps"
    if case.thresholds.absolute is None and case.thresholds.relative is None:
        return f"the baseline of {case.metric} has no bound"
    return ""


def _judge_accused(case: _Case) -> Iterator[Finding]:
    """Nodes by their usual value, which one odd measurement does not move."""
    slow: dict[str, list[float]] = {}
    for pair in case.pairs:
        for node in pair.nodes:
            slow.setdefault(node, []).extend([] if pair.worst is None else [pair.worst])
    for one in case.found.accused:
        is_node = one.suspect.kind == "node"
        value = median(slow[one.nodes[0]]) if is_node and not one.intermittent else one.worst
        name = "" if is_node or _is_link(one) else f"{one.suspect.kind} {one.suspect.id}: "
        yield case.finding(Status.FAIL, one.nodes, value, name + one.suspect.evidence)


def _judge_rest(case: _Case) -> Iterator[Finding]:
    """What nothing explains is kept: slow at times, or without a number."""
    for pair in case.found.flickering:
        evidence = f"intermittent: {pair.good} attempts good, {pair.slow} slow{_rails(pair)}"
        if not pair.good:
            evidence = f"slow {pair.slow} of {pair.slow} times, not confirmed{_rails(pair)}"
        yield case.finding(Status.WARN, pair.nodes, pair.worst, evidence)
    for pair in case.found.unmeasured_pairs:
        if not case.lost.keys().isdisjoint(pair.nodes):
            continue  # the node that was lost is named, and its partner is not to blame
        evidence = f"pair gave no measurement{_rails(pair)}: {pair.problem}"
        yield case.finding(Status.UNKNOWN, pair.nodes, None, evidence)


def find_lost(measurements: Iterable[Measurement]) -> dict[str, str]:
    """Nodes that could not be reached any more when they were measured last, with the reason."""
    last = {node: one for one in measurements for node in one.nodes}
    return {node: one.problem for node, one in last.items() if node in one.lost}


def _judge_unsaid(
    case: _Case, nodes: Iterable[str], findings: Sequence[Finding]
) -> Iterator[Finding]:
    """No node may be well because nothing was said of it."""
    named = {node for one in findings for node in one.nodes}
    for node in sorted({*nodes} - named):
        yield case.finding(Status.UNKNOWN, [node], None, "none of its pairs is good or explained")


def _judge_lost_at_times(case: _Case, measurements: Iterable[Measurement]) -> Iterator[Finding]:
    """Who could not be reached once and answered later is not averaged away."""
    times = Counter(node for one in measurements for node in one.lost)
    for node in sorted(times.keys() - case.lost.keys()):
        evidence = f"could not be reached for {times[node]} measurements, and answered later"
        yield case.finding(Status.WARN, [node], None, f"intermittent: {evidence}")


def _rails(pair: PairResult) -> str:
    return f" ({' and '.join(map(name_end, pair.ends))})" if pair.ends[0][1] else ""
