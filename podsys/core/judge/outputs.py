"""Outputs measured elsewhere, judged: bounds of the platform, and each beside the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from podsys.core.judge.bounds import Bounds
from podsys.core.judge.decide import SUITE, JudgedFigure, judge_figures, judge_group
from podsys.core.judge.figures import Group, Handed, group_figures
from podsys.core.judge.peers import compare, name_clusters
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding
from podsys.model.status import Status

__all__ = ["Handed", "JudgedFigure", "OutputVerdict", "judge_outputs"]


@dataclass(slots=True)
class OutputVerdict:
    findings: list[Finding] = field(default_factory=list)
    figures: list[JudgedFigure] = field(default_factory=list)


def judge_outputs(
    handed: Sequence[Handed], bounds: Bounds, alike: Mapping[str, Baseline]
) -> OutputVerdict:
    """`alike`: by metric, by how much values of equal machines may differ."""
    groups = [group for one in handed for group in group_figures(one, bounds)]
    compare(groups, alike)
    verdict = OutputVerdict()
    groups_of: dict[int, list[Group]] = {}
    for group in groups:
        groups_of.setdefault(id(group.handed), []).append(group)
    for one in handed:
        said = [*_judge_output(one), *_compare_devices(one, bounds)]
        own = groups_of.get(id(one), [])
        found = [judge_group(group, bounds) for group in own]
        verdict.findings += [*said, *_demand_a_verdict(found, said)]
        for group in own:
            verdict.figures += judge_figures(group, bounds)
    verdict.findings += name_clusters(groups, alike)
    return verdict


def _judge_output(handed: Handed) -> Iterator[Finding]:
    """What the output itself says, before any number is compared."""
    output = handed.output
    if output is None:
        yield _finding("judge.output", (), Status.UNKNOWN, f"{handed.name}: {handed.reason}")
        return
    for status, texts in ((Status.FAIL, output.faults), (Status.UNKNOWN, output.gaps)):
        for text in texts:
            yield _finding(f"{output.tool}.run", output.nodes, status, f"{handed.name}: {text}")
    for outcome in output.outcomes:
        status = Status.UNKNOWN if outcome.waived else outcome.status
        evidence = ": ".join(part for part in (handed.name, outcome.evidence) if part)
        yield _finding(f"{output.tool}.{outcome.name}", output.nodes, status, evidence)
    if not (output.figures or output.outcomes or output.faults or output.gaps):
        evidence = f"{handed.name}: no result in the output"
        yield _finding(f"{output.tool}.run", output.nodes, Status.UNKNOWN, evidence)


def _compare_devices(handed: Handed, bounds: Bounds) -> Iterator[Finding]:
    """The log of another machine proves nothing about this one; names alone do not settle it."""
    devices = handed.output.devices if handed.output else ()
    if bounds.device and devices and bounds.device not in devices:
        evidence = f"{handed.name}: made on {', '.join(devices[:3])}, while {bounds.platform}"
        yield _finding(
            "judge.platform", (), Status.WARN, f"{evidence} has {bounds.device}: is it the one?"
        )


def _finding(check: str, nodes: tuple[str, ...], status: Status, evidence: str) -> Finding:
    return Finding(check, SUITE, nodes, status, evidence=evidence)


def _demand_a_verdict(findings: Sequence[Finding], said: Sequence[Finding]) -> list[Finding]:
    """An output of which no number met a bound was recorded, not judged: that is no pass.

    Unless the tool itself judges, as a burn-in does, and `said` so.
    """
    decided = (Status.PASS, Status.FAIL, Status.WARN)
    own = [finding for finding in said if finding.check != "judge.platform"]
    if any(finding.status in decided for finding in (*findings, *own)):
        return list(findings)
    return [
        replace(one, status=Status.UNKNOWN) if one.status is Status.SKIP else one
        for one in findings
    ]
