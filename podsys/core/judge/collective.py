"""A collective over all nodes judged: every rank there, no element wrong, fast enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status

BUSBW = "mpi_allreduce_busbw"
WRONG = "mpi_allreduce_wrong"
RANKS = "mpi_allreduce_ranks"
# With whom a collective fails that runs without: one measurement for each culprit, or for each
# group that fails only together. Its value is how many collectives failed so.
CULPRIT = "mpi_allreduce_culprit"
# The same for a group with which it failed and then ran: intermittent.
FLICKER = "mpi_allreduce_flicker"
SURE = 0.9


@dataclass(frozen=True, slots=True)
class _Rule:
    """How one metric was judged."""

    metric: str
    status: Status
    value: float | None
    expected: str
    evidence: str


def judge_collective(
    measurements: Sequence[Measurement],
    baselines: Mapping[str, Baseline],
    line_rate_gbps: float | None,
    nodes: Sequence[str],
    suspects: Sequence[Suspect] = (),
    *,
    check: str = "network.allreduce",
    remedy: str = "",
) -> list[Finding]:
    """One finding per metric, about the cluster; who made it fail has a finding of its own."""
    found = {one.metric: one for one in measurements}
    rules = (
        _judge_ranks(found.get(RANKS), len(nodes)),
        _judge_wrong(found.get(WRONG), baselines.get(WRONG)),
        _judge_speed(found.get(BUSBW), baselines.get(BUSBW), line_rate_gbps, suspects),
    )
    findings = [_as_finding(rule, found, baselines, check, remedy) for rule in rules]
    return [*findings, *_judge_culprits(measurements)]


def _judge_culprits(measurements: Iterable[Measurement]) -> Iterator[Finding]:
    for one in measurements:
        if one.metric in (CULPRIT, FLICKER):
            yield Finding(
                one.check, "network", one.nodes, _judge_culprit(one),
                metric=one.metric, value=one.value, unit=one.unit, expected="0 failed collectives",
                evidence=one.problem,
                remedy="run the same collective on this node alone by hand; look at its logs",
            )  # fmt: skip


def _judge_culprit(one: Measurement) -> Status:
    if one.value is None:
        return Status.UNKNOWN
    return Status.WARN if one.metric == FLICKER else Status.FAIL


def find_culprits(measurements: Iterable[Measurement]) -> list[Suspect]:
    """A node that made collectives fail, or two that fail only together.

    Not one that was lost: the roll call names it.
    """
    told = [one for one in measurements if one.metric == CULPRIT and one.value is not None]
    named = [one for one in told if not one.lost]
    return [
        Suspect("node" if len(one.nodes) == 1 else "link", "--".join(one.nodes), SURE, one.problem)
        for one in named
        if len(one.nodes) <= 2
    ]


def _as_finding(
    rule: _Rule,
    found: Mapping[str, Measurement],
    baselines: Mapping[str, Baseline],
    check: str,
    remedy: str,
) -> Finding:
    measurement, baseline = found.get(rule.metric), baselines.get(rule.metric)
    return Finding(
        check=check,
        suite="network",
        nodes=(),
        status=rule.status,
        metric=rule.metric,
        value=rule.value,
        unit=measurement.unit if measurement else "",
        expected=rule.expected,
        source=baseline.source if baseline else "",
        evidence=rule.evidence,
        remedy=remedy if rule.status is Status.FAIL else "",
        seconds=measurement.seconds if measurement else 0.0,
    )


def _judge_ranks(measurement: Measurement | None, nodes: int) -> _Rule:
    expected = f"{nodes} ranks, one per node"
    if measurement is None or measurement.value is None:
        return _Rule(RANKS, Status.UNKNOWN, None, expected, _why_missing(measurement))
    status = Status.PASS if measurement.value == nodes else Status.FAIL
    return _Rule(RANKS, status, measurement.value, expected, measurement.evidence)


def _judge_wrong(measurement: Measurement | None, baseline: Baseline | None) -> _Rule:
    if baseline is None or baseline.max_wrong is None:
        reason = f"no baseline for {WRONG}"
        value = measurement.value if measurement else None
        return _Rule(WRONG, Status.UNKNOWN, value, "", reason)
    expected = f"<= {baseline.max_wrong} wrong elements"
    if measurement is None or measurement.value is None:
        return _Rule(WRONG, Status.UNKNOWN, None, expected, _why_missing(measurement))
    status = Status.PASS if measurement.value <= baseline.max_wrong else Status.FAIL
    return _Rule(WRONG, status, measurement.value, expected, measurement.evidence)


def _judge_speed(
    measurement: Measurement | None,
    baseline: Baseline | None,
    line_rate: float | None,
    suspects: Sequence[Suspect],
) -> _Rule:
    if measurement is None or measurement.value is None:
        return _Rule(BUSBW, Status.UNKNOWN, None, "", _why_missing(measurement))
    if baseline is None or baseline.floor_of_line_rate is None:
        return _Rule(BUSBW, Status.UNKNOWN, measurement.value, "", f"no baseline for {BUSBW}")
    if line_rate is None:
        reason = "the nominal line rate is not known: set network.link_gbps"
        return _Rule(BUSBW, Status.UNKNOWN, measurement.value, "", reason)
    floor = baseline.floor_of_line_rate * line_rate
    slow = measurement.value < floor
    evidence = measurement.evidence
    if slow and suspects:
        evidence = f"slow, explained by suspect {name_suspects(suspects)}; {evidence}"
    return _Rule(
        BUSBW,
        Status.FAIL if slow else Status.PASS,
        measurement.value,
        f">= {floor:.3g} {measurement.unit} ({baseline.floor_of_line_rate:.0%} of the line rate)",
        evidence,
    )


def name_suspects(suspects: Sequence[Suspect]) -> str:
    return ", ".join(f"{suspect.kind} {suspect.id}" for suspect in suspects)


def _why_missing(measurement: Measurement | None) -> str:
    if measurement is None:
        return "the collective reported no such number"
    return measurement.problem or "the collective gave no number"
