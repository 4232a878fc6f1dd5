"""What a run of active checks reported, judged as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from podsys.core.check_lines import CheckOutcome, read_measurements, read_outcomes
from podsys.core.judge.carried import name_carried
from podsys.core.judge.collective import (
    BUSBW,
    CULPRIT,
    FLICKER,
    RANKS,
    WRONG,
    find_culprits,
    judge_collective,
)
from podsys.core.judge.pairs import judge_pairs
from podsys.core.judge.resent import METRIC as RESENT
from podsys.core.judge.resent import explain_slow_paths, judge_resent
from podsys.core.judge.stayed import merge_suspects
from podsys.core.locate.fabric import Fabric
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status

PAIR_BANDWIDTH = "tcp_pair_bw"
COLLECTIVE = frozenset({BUSBW, WRONG, RANKS, CULPRIT, FLICKER})
JUDGED = COLLECTIVE | {PAIR_BANDWIDTH, RESENT}


@dataclass(frozen=True, slots=True)
class ActiveVerdict:
    findings: list[Finding]
    suspects: list[Suspect]
    measurements: list[Measurement]


def judge_lines(
    lines: Sequence[Mapping[str, Any]],
    baselines: Mapping[str, Baseline],
    line_rate_gbps: float | None,
    nodes: Sequence[str],
    fabric: Fabric | None = None,
) -> ActiveVerdict:
    """Measurements against their baselines; outcomes of checks that measure nothing as said."""
    measurements, outcomes = read_measurements(lines), read_outcomes(lines)
    remedies = {outcome.check: outcome.remedy for outcome in outcomes}
    findings: list[Finding] = []
    suspects: list[Suspect] = []
    for check, found in _by_check(measurements, {PAIR_BANDWIDTH}):
        verdict = judge_pairs(
            found,
            baselines.get(PAIR_BANDWIDTH),
            line_rate_gbps,
            nodes,
            remedy=remedies.get(check, ""),
            fabric=fabric,
        )
        findings += verdict.findings
        suspects += verdict.suspects
    for check, found in _by_check(measurements, {RESENT}):
        lossy, blamed = judge_resent(
            found, baselines.get(RESENT), remedy=remedies.get(check, ""), fabric=fabric
        )
        findings, suspects = explain_slow_paths(findings, suspects, blamed)
        findings += lossy
        suspects = merge_suspects(suspects, blamed)
    for check, found in _by_check(measurements, COLLECTIVE):
        findings += judge_collective(
            found, baselines, line_rate_gbps, nodes, suspects,
            check=check, remedy=remedies.get(check, ""),
        )  # fmt: skip
        suspects = merge_suspects(suspects, find_culprits(found))
    findings += _remaining(outcomes, measurements)
    return ActiveVerdict(name_carried(findings, measurements), suspects, measurements)


def _by_check(
    measurements: Iterable[Measurement], metrics: Iterable[str]
) -> Iterator[tuple[str, list[Measurement]]]:
    groups: dict[str, list[Measurement]] = {}
    for measurement in measurements:
        if measurement.metric in metrics:
            groups.setdefault(measurement.check, []).append(measurement)
    yield from groups.items()


def _remaining(
    outcomes: Iterable[CheckOutcome], measurements: Iterable[Measurement]
) -> Iterator[Finding]:
    """A check that ran well and measured is judged by its numbers, not by having run."""
    measured: dict[str, set[str]] = {}
    for measurement in measurements:
        measured.setdefault(measurement.check, set()).add(measurement.metric)
    for outcome in outcomes:
        found = measured.get(outcome.check, set())
        missing = sorted({*outcome.measures} - found)
        if outcome.status is Status.PASS and missing:
            evidence = f"it ran and gave no {', '.join(missing)}"
            yield replace(outcome, status=Status.UNKNOWN, evidence=evidence).as_finding()
        elif outcome.status is not Status.PASS or not found & JUDGED:
            yield outcome.as_finding()
