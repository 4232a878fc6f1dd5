"""Outputs measured elsewhere, judged: bounds of the platform, and each beside the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from podsys.core.judge.bounds import (
    Bounds,
    Match,
    breaks,
    describe,
    match_bounds,
    show_size,
    strictest,
)
from podsys.core.judge.spread import (
    FEWEST,
    FEWEST_OUTPUTS,
    Spread,
    find_clusters,
    find_slow,
)
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding
from podsys.model.output import Figure, ToolOutput
from podsys.model.status import Status

SUITE = "judge"
Key = tuple[str, str, tuple[tuple[str, str | int], ...]]


@dataclass(frozen=True, slots=True)
class Handed:
    """One output that was handed in; without `output`, `reason` says why it cannot be read."""

    name: str
    output: ToolOutput | None
    reason: str = ""


@dataclass(slots=True)
class JudgedFigure:
    name: str
    figure: Figure
    finding: Finding


@dataclass(slots=True)
class OutputVerdict:
    findings: list[Finding] = field(default_factory=list)
    figures: list[JudgedFigure] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """Figures of one output that mean the same; those of the deciding size are judged."""

    handed: Handed
    output: ToolOutput
    figures: list[Figure]
    match: Match
    deciding: list[Figure]
    slow: dict[str, Spread] = field(default_factory=dict)

    @property
    def known(self) -> list[Figure]:
        return [figure for figure in self.deciding if figure.value is not None]

    @property
    def worst(self) -> Figure | None:
        falling = _is_latency(self.deciding[0])
        values = sorted(self.known, key=lambda f: f.value or 0.0)
        return (values[-1] if falling else values[0]) if values else None


def judge_outputs(
    handed: Sequence[Handed], bounds: Bounds, alike: Mapping[str, Baseline]
) -> OutputVerdict:
    """`alike`: by metric, by how much values of equal machines may differ."""
    groups = [group for one in handed for group in _group(one, bounds)]
    _compare(groups, alike)
    verdict = OutputVerdict()
    for one in handed:
        said = [*_judge_output(one), *_compare_devices(one, bounds)]
        own = [group for group in groups if group.handed is one]
        found = [_judge_group(group, bounds) for group in own]
        verdict.findings += [*said, *_demand_a_verdict(found, said)]
        for group in own:
            verdict.figures += _judge_figures(group, bounds)
    verdict.findings += _name_clusters(groups, alike)
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


def _group(handed: Handed, bounds: Bounds) -> Iterator[_Group]:
    if handed.output is None:
        return
    found: dict[Key, list[Figure]] = {}
    for figure in handed.output.figures:
        key = (figure.metric, figure.unit, tuple(sorted(figure.setup.items())))
        found.setdefault(key, []).append(figure)
    for figures in found.values():
        yield _decide_size(handed, handed.output, figures, bounds)


def _decide_size(
    handed: Handed, output: ToolOutput, figures: list[Figure], bounds: Bounds
) -> _Group:
    """A sweep is judged where it means something: bandwidth at the largest size, latency least."""
    sizes = [figure.size for figure in figures if figure.size is not None]
    least = _is_latency(figures[0])
    size = (min(sizes) if least else max(sizes)) if sizes else None
    deciding = [figure for figure in figures if figure.size == size]
    return _Group(handed, output, figures, match_bounds(deciding[0], bounds), deciding)


def _is_latency(figure: Figure) -> bool:
    return "_lat" in figure.metric


def _judge_group(group: _Group, bounds: Bounds) -> Finding:
    worst = group.worst
    status, evidence = _decide(group, worst, bounds)
    first = group.deciding[0]
    return _describe(group, replace_worst(first, worst), status, evidence)


def replace_worst(first: Figure, worst: Figure | None) -> Figure:
    return worst if worst is not None else first


def _describe(group: _Group, figure: Figure, status: Status, evidence: str) -> Finding:
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


def _decide(group: _Group, worst: Figure | None, bounds: Bounds) -> tuple[Status, str]:
    """Reasons to fail first, then reasons not to know, then the bounds."""
    summary = _summarise(group, worst)
    wrong = [figure for figure in group.figures if figure.wrong]
    if wrong:
        return Status.FAIL, f"{wrong[0].wrong} wrong elements at {_where(wrong[0])}; {summary}"
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


def _why_unknown(group: _Group, bounds: Bounds) -> str:
    missing = [figure for figure in group.deciding if figure.value is None or figure.waived]
    if missing or not group.known:
        return _why_missing(missing)
    return bounds.reason or group.match.missing


def _decide_by_advice(
    group: _Group, worst: Figure, bounds: Bounds, summary: str
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


def _summarise(group: _Group, worst: Figure | None) -> str:
    if worst is None:
        return "nothing measured"
    if len(group.known) == 1:
        return _where(worst)
    return f"worst of {len(group.known)}: {_where(worst)}"


def _where(figure: Figure) -> str:
    size = show_size(figure.size) if figure.size is not None else ""
    return ", ".join(part for part in (figure.subject, size) if part) or figure.metric


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


def _judge_figures(group: _Group, bounds: Bounds) -> Iterator[JudgedFigure]:
    for figure in group.figures:
        alone = _Group(group.handed, group.output, [figure], group.match, [figure])
        if figure.subject in group.slow and figure in group.deciding:
            alone.slow = {figure.subject: group.slow[figure.subject]}
        if figure in group.deciding or figure.wrong:
            status, evidence = _decide(alone, alone.worst, bounds)
        else:
            status = Status.SKIP
            evidence = f"{_where(figure)}; judged at {_where(group.deciding[0])}"
        finding = _describe(alone, figure, status, evidence)
        yield JudgedFigure(group.handed.name, figure, finding)


def _compare(groups: Sequence[_Group], alike: Mapping[str, Baseline]) -> None:
    """Each value beside those of its like: the same in other outputs, or its siblings in this."""
    for members in _peers(groups).values():
        baseline = alike.get(members[0][1].metric)
        if baseline is None:
            continue
        values = {str(n): figure.value or 0.0 for n, (_, figure) in enumerate(members)}
        fewest = FEWEST_OUTPUTS if len({id(g) for g, _ in members}) > 1 else FEWEST
        spread = find_slow(values, baseline, fewest)
        for number in spread.slow if spread else ():
            group, figure = members[int(number)]
            assert spread is not None
            group.slow[figure.subject] = spread


def _peers(
    groups: Sequence[_Group],
) -> dict[tuple[object, ...], list[tuple[_Group, Figure]]]:
    """Pairs of GPUs differ by where they sit, so a pair is like the same pair elsewhere only."""
    across: dict[tuple[object, ...], list[tuple[_Group, Figure]]] = {}
    for number, group in enumerate(groups):
        for figure in group.known:
            across.setdefault(("all", *_identity(figure), figure.subject), []).append(
                (group, figure)
            )
            if "->" not in figure.subject:
                within = ("one", number, *_identity(figure))
                across.setdefault(within, []).append((group, figure))
    return across


def _identity(figure: Figure) -> tuple[object, ...]:
    return (figure.metric, figure.unit, figure.size, tuple(sorted(figure.setup.items())))


def _name_clusters(groups: Sequence[_Group], alike: Mapping[str, Baseline]) -> Iterator[Finding]:
    populations: dict[tuple[object, ...], list[tuple[str, Figure]]] = {}
    for group in groups:
        for figure in group.known:
            if figure.metric in alike:
                name = " ".join(part for part in (group.handed.name, figure.subject) if part)
                populations.setdefault(_identity(figure), []).append((name, figure))
    for members in populations.values():
        found = find_clusters([figure.value or 0.0 for _, figure in members])
        if found:
            yield _describe_clusters(members, *found)


def _describe_clusters(
    members: Sequence[tuple[str, Figure]], low: Sequence[float], high: Sequence[float]
) -> Finding:
    figure = members[0][1]
    names = [name for name, one in members if one.value in low]
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    evidence = (
        f"two clusters: {len(high)} from {high[0]:.4g} to {high[-1]:.4g}, "
        f"{len(low)} from {low[0]:.4g} to {low[-1]:.4g} {figure.unit}: {shown}"
    )
    return Finding(
        f"judge.clusters.{figure.metric}", SUITE, (), Status.WARN,
        metric=figure.metric, unit=figure.unit, evidence=evidence,
    )  # fmt: skip
