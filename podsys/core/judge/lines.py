"""What a run of active checks reported, judged as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from podsys.core.check_lines import (
    CheckOutcome,
    read_check_outputs,
    read_measurements,
    read_outcomes,
)
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
from podsys.core.judge.pair_floor import add_platform_floor
from podsys.core.judge.pair_wrong import METRIC as PAIR_WRONG
from podsys.core.judge.pair_wrong import judge_wrong
from podsys.core.judge.pairs import judge_pairs
from podsys.core.judge.resent import METRIC as RESENT
from podsys.core.judge.resent import explain_losses, explain_slow_paths, judge_resent
from podsys.core.judge.stayed import merge_suspects
from podsys.core.judge.tools import as_measurements, judge_tools
from podsys.core.locate.fabric import Fabric
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.status import Status

PAIR_BANDWIDTH = "tcp_pair_bw"
PAIRS = (PAIR_BANDWIDTH, "rdma_pair_bw", "nccl_pair_busbw")
COLLECTIVE = frozenset({BUSBW, WRONG, RANKS, CULPRIT, FLICKER})
JUDGED = COLLECTIVE.union(PAIRS, {RESENT, PAIR_WRONG})
QUIET = (Status.PASS, Status.SKIP)


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
    bounds: Sequence[Baseline] = (),
) -> ActiveVerdict:
    """Measurements against their baselines; outcomes of checks that measure nothing as said.

    `baselines` hold on every platform, `bounds` each on one.
    """
    measurements, outcomes = read_measurements(lines), read_outcomes(lines)
    outputs = read_check_outputs(lines)
    remedies = {outcome.check: outcome.remedy for outcome in outcomes}
    findings: list[Finding] = []
    suspects: list[Suspect] = []
    expected = {line["metric"]: line for line in lines if line.get("type") == "expected"}
    for metric in PAIRS:
        own = expected.get(metric, {"rate": line_rate_gbps, "nodes": nodes})
        for check, found in _by_check(measurements, {metric}):
            platforms = own.get("platforms", ())
            verdict = judge_pairs(
                found,
                add_platform_floor(found, baselines.get(metric), bounds, platforms),
                own["rate"],
                own["nodes"],
                remedy=remedies.get(check, ""),
                fabric=fabric,
            )
            findings += verdict.findings
            suspects = merge_suspects(suspects, verdict.suspects)
    for check, found in _by_check(measurements, {RESENT}):
        lossy, blamed = judge_resent(
            found, baselines.get(RESENT), remedy=remedies.get(check, ""), fabric=fabric
        )
        lossy, links = explain_losses(lossy, blamed, suspects)
        findings, suspects = explain_slow_paths(findings, suspects, blamed)
        findings += lossy
        suspects = merge_suspects(suspects, links)
    for check, found in _by_check(measurements, {PAIR_WRONG}):
        findings += judge_wrong(found, baselines.get(PAIR_WRONG), remedy=remedies.get(check, ""))
    for check, found in _by_check(measurements, COLLECTIVE):
        findings += judge_collective(
            found, baselines, line_rate_gbps, nodes, suspects,
            check=check, remedy=remedies.get(check, ""),
        )  # fmt: skip
        suspects = merge_suspects(suspects, find_culprits(found))
    findings += judge_tools(outputs, baselines, bounds, line_rate_gbps, suspects)
    measurements += as_measurements(outputs)
    findings += _remaining(outcomes, measurements, {one.check for one in outputs})
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
    outcomes: Sequence[CheckOutcome], measurements: Iterable[Measurement], judged: Set[str]
) -> Iterator[Finding]:
    """A check that ran well and measured is judged by its numbers, not by having run.

    `judged`: checks of which outputs of tools were judged.
    """
    measured: dict[str, set[str]] = {}
    for measurement in measurements:
        measured.setdefault(measurement.check, set()).add(measurement.metric)
    spoken = {outcome.check for outcome in outcomes if outcome.nodes}
    for outcome in outcomes:
        found = measured.get(outcome.check, set())
        missing = sorted({*outcome.measures} - found)
        ran = outcome.status is Status.PASS
        if ran and missing:
            evidence = f"it ran and gave no {', '.join(missing)}"
            yield replace(outcome, status=Status.UNKNOWN, evidence=evidence).as_finding()
        elif not outcome.nodes and outcome.check in spoken and outcome.status in QUIET:
            continue  # it has said more of each node
        elif not ran or not (found & JUDGED or outcome.check in judged):
            yield outcome.as_finding()
