"""A collective over all nodes judged: every rank there, no element wrong, fast enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status

BUSBW = "mpi_allreduce_busbw"
WRONG = "mpi_allreduce_wrong"
RANKS = "mpi_allreduce_ranks"


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
    """One finding per metric, about the cluster: a collective names no node of its own."""
    found = {measurement.metric: measurement for measurement in measurements}
    rules = (
        _judge_ranks(found.get(RANKS), len(nodes)),
        _judge_wrong(found.get(WRONG), baselines.get(WRONG)),
        _judge_speed(found.get(BUSBW), baselines.get(BUSBW), line_rate_gbps, suspects),
    )
    return [_as_finding(rule, found, baselines, check, remedy) for rule in rules]


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
        names = ", ".join(f"{suspect.kind} {suspect.id}" for suspect in suspects)
        evidence = f"slow, explained by suspect {names}; {evidence}"
    return _Rule(
        BUSBW,
        Status.FAIL if slow else Status.PASS,
        measurement.value,
        f">= {floor:.3g} {measurement.unit} ({baseline.floor_of_line_rate:.0%} of the line rate)",
        evidence,
    )


def _why_missing(measurement: Measurement | None) -> str:
    if measurement is None:
        return "the collective reported no such number"
    return measurement.problem or "the collective gave no number"
