"""One group of figures judged: reasons to fail, reasons not to know, then the bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from podsys.core.judge.bounds import Bounds, breaks, describe, strictest
from podsys.core.judge.figures import Group, where
from podsys.model.finding import Finding
from podsys.model.output import Figure
from podsys.model.status import Status

SUITE = "judge"


@dataclass(slots=True)
class JudgedFigure:
    name: str
    figure: Figure
    finding: Finding


def judge_group(group: Group, bounds: Bounds) -> Finding:
    worst = group.worst
    status, evidence = decide(group, worst, bounds)
    return as_finding(group, worst or group.deciding[0], status, evidence)


def judge_figures(group: Group, bounds: Bounds) -> Iterator[JudgedFigure]:
    for figure in group.figures:
        alone = Group(group.handed, group.output, [figure], group.match, [figure])
        if figure.subject in group.slow and figure in group.deciding:
            alone.slow = {figure.subject: group.slow[figure.subject]}
        if figure in group.deciding or figure.wrong:
            status, evidence = decide(alone, alone.worst, bounds)
        else:
            status = Status.SKIP
            evidence = f"{where(figure)}; judged at {where(group.deciding[0])}"
        finding = as_finding(alone, figure, status, evidence)
        yield JudgedFigure(group.handed.name, figure, finding)


def as_finding(group: Group, figure: Figure, status: Status, evidence: str) -> Finding:
    said = strictest(group.match.gates or group.match.advice)
    return Finding(
        check=f"{group.output.tool}.{figure.metric}",
        suite=SUITE,
        nodes=group.output.nodes,
        status=status,
        metric=figure.metric,
        value=figure.value,
        unit=figure.unit,
        expected=describe(said),
        source="; ".join(dict.fromkeys(baseline.source for baseline in said)),
        evidence=f"{group.handed.name}: {evidence}",
    )


def decide(group: Group, worst: Figure | None, bounds: Bounds) -> tuple[Status, str]:
    """Reasons to fail first, then reasons not to know, then the bounds."""
    summary = _summarise(group, worst)
    wrong = [figure for figure in group.figures if figure.wrong]
    if wrong:
        return Status.FAIL, f"{wrong[0].wrong} wrong elements at {where(wrong[0])}; {summary}"
    if any(breaks(f.value or 0.0, b) for b in group.match.gates for f in group.known):
        return Status.FAIL, summary
    if group.slow:
        name, spread = next(iter(group.slow.items()))
        text = f"slow beside its like: {name} below {spread.bound:.4g}, usual {spread.usual:.4g}"
        return Status.FAIL, f"{text}; {summary}"
    unknown = _why_unknown(group, bounds)
    if unknown or worst is None:
        return Status.UNKNOWN, f"{unknown}; {summary}"
    if group.match.gates:
        return Status.PASS, summary
    return _decide_by_advice(group, worst, bounds, summary)


def _why_unknown(group: Group, bounds: Bounds) -> str:
    missing = [figure for figure in group.deciding if figure.value is None or figure.waived]
    if missing or not group.known:
        return _why_missing(missing)
    return bounds.reason or group.match.missing


def _decide_by_advice(
    group: Group, worst: Figure, bounds: Bounds, summary: str
) -> tuple[Status, str]:
    """What is doubtful warns and proves nothing; without any bound the number is only kept."""
    if any(breaks(worst.value or 0.0, baseline) for baseline in group.match.advice):
        return Status.WARN, f"below a doubtful bound; {summary}"
    kind = "trustworthy baseline" if group.match.advice else "baseline"
    return Status.SKIP, f"no {kind} of {worst.metric} for {bounds.platform}; {summary}"


def _why_missing(missing: Sequence[Figure]) -> str:
    if not missing:
        return "no value"
    first = missing[0]
    word = "waived" if first.waived else first.problem or "no value"
    where = f" ({first.subject})" if first.subject else ""
    return f"{len(missing)} not measured: {word}{where}"


def _summarise(group: Group, worst: Figure | None) -> str:
    if worst is None:
        return "nothing measured"
    if len(group.known) == 1:
        return where(worst)
    return f"worst of {len(group.known)}: {where(worst)}"
