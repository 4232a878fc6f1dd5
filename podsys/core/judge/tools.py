"""Outputs of tools that checks ran, judged: bounds of the platform, and each beside its fleet.

The same judgement as that of a log which somebody sends, with the check's own id on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from podsys.core.check_lines import CheckOutput
from podsys.core.judge.bounds import Bounds, show_size
from podsys.core.judge.collective import name_suspects
from podsys.core.judge.outputs import Handed, judge_outputs
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.output import Figure
from podsys.model.status import Status

# Of a part of the nodes only: the scaling curve, said with the figure of all of them.
SCALING = "_scaling"
LEARN = "podsys accept --learn proposes a baseline from a run that you trust"


def judge_tools(
    outputs: Sequence[CheckOutput],
    of_all: Mapping[str, Baseline],
    of_platforms: Sequence[Baseline],
    line_rate_gbps: float | None,
    suspects: Sequence[Suspect] = (),
) -> list[Finding]:
    """`of_all`: by metric, bounds that hold everywhere. What has no baseline is unknown.

    What many nodes measured together blames none of them; `suspects` may explain it.
    """
    findings: list[Finding] = []
    for group in _group(outputs):
        first = group[0]
        bounds = _bounds_of(first.platforms, of_all, of_platforms, line_rate_gbps)
        alike = of_all if first.platforms else {}
        handed = [_hand(one) for one in group]
        verdict = judge_outputs(handed, bounds, alike)
        owners = {
            (one.name, metric): found
            for one, found in zip(handed, group, strict=True)
            for metric in ("", *(figure.metric for figure in found.output.figures))
        }
        findings += [
            _blame_nobody(_sign(finding, first, owners), suspects)
            for finding in verdict.findings
            if not finding.metric.endswith(SCALING)
        ]
    return list(_fold_skips(findings))


def as_measurements(outputs: Iterable[CheckOutput]) -> Iterator[Measurement]:
    """Every figure with what it was made with, for the report."""
    for one in outputs:
        for figure in one.output.figures:
            yield Measurement(
                one.check, figure.metric, one.nodes, figure.value, figure.unit,
                describe_figure(figure), figure.problem, one.seconds, carried=one.carried,
            )  # fmt: skip


def describe_figure(figure: Figure) -> str:
    size = f"{figure.size} bytes" if figure.size is not None else ""
    setup = ", ".join(f"{key} {value}" for key, value in figure.setup.items())
    return "; ".join(part for part in (figure.subject, size, setup) if part)


def _group(outputs: Iterable[CheckOutput]) -> list[list[CheckOutput]]:
    """Of one check and one platform; whoever shares its machine is beside nobody."""
    groups: dict[tuple[object, ...], list[CheckOutput]] = {}
    for one in outputs:
        alone = one.nodes if one.shared or not one.platforms else ()
        groups.setdefault((one.check, one.platforms, alone), []).append(one)
    return list(groups.values())


def _hand(one: CheckOutput) -> Handed:
    return Handed(", ".join(one.nodes), replace(one.output, nodes=one.nodes))


def _bounds_of(
    platforms: Sequence[str],
    of_all: Mapping[str, Baseline],
    of_platforms: Sequence[Baseline],
    line_rate: float | None,
) -> Bounds:
    """What every server must reach, what this model must, and shares of the line rate."""
    own: dict[str, list[Baseline]] = {}
    for baseline in (*of_all.values(), *of_platforms):
        absolute = _as_absolute(baseline, line_rate)
        if absolute and (not baseline.platform or baseline.platform in platforms):
            own.setdefault(baseline.metric, []).append(absolute)
    unknown_rate = "" if line_rate else "the nominal line rate is not known: set network.link_gbps"
    if platforms:
        return Bounds(platforms[-1], own)
    return Bounds("this network", own, unknown_rate)


def _as_absolute(baseline: Baseline, line_rate: float | None) -> Baseline | None:
    if baseline.floor is not None or baseline.ceiling is not None:
        return baseline
    share = baseline.floor_of_line_rate
    if share is None or line_rate is None:
        return None
    return baseline.model_copy(update={"floor": share * line_rate})


def _blame_nobody(finding: Finding, suspects: Sequence[Suspect]) -> Finding:
    if len(finding.nodes) < 2:
        return finding
    evidence = finding.evidence
    if finding.status is Status.FAIL and suspects:
        evidence = f"slow, explained by suspect {name_suspects(suspects)}; {evidence}"
    return replace(finding, nodes=(), evidence=evidence)


def _sign(
    finding: Finding, first: CheckOutput, owners: Mapping[tuple[str, str], CheckOutput]
) -> Finding:
    """Under the check's own id; what only one test of a tool says keeps the test's name.

    `owners`: by nodes and metric. A check may run several tests on the same nodes.
    """
    one = owners.get((", ".join(finding.nodes), finding.metric), first)
    name = finding.check.partition(".")[2]
    metric = finding.metric or ("" if name in ("run", "output") else name)
    return replace(
        finding,
        check=first.check,
        suite=first.suite,
        metric=metric,
        evidence=_evidence(finding, one),
        remedy=_remedy(finding, first),
        seconds=round(one.seconds, 2),
    )


def _evidence(finding: Finding, one: CheckOutput) -> str:
    """Which tool, what it says, and what the number was made with."""
    text = finding.evidence.removeprefix(f"{', '.join(one.nodes)}: ")
    tool = one.output.version or one.output.tool
    tool = tool if one.output.tool in tool else f"{one.output.tool} {tool}"
    setups = [figure.setup for figure in one.output.figures if figure.metric == finding.metric]
    made = ", ".join(f"{key} {value}" for key, value in (setups[-1] if setups else {}).items())
    curves = _curves(finding.metric, one.output.figures)
    parts = (tool, "" if text == finding.metric else text, made, *curves)
    return "; ".join(part for part in parts if part)


def _curves(metric: str, figures: Sequence[Figure]) -> Iterator[str]:
    """How the value grows with the size, and with the nodes at the largest one."""
    own = [one for one in figures if one.metric == metric and one.value is not None]
    sizes = {one.size: one.value for one in own if one.size is not None}
    if len(sizes) > 1:
        yield "by size: " + ", ".join(f"{show_size(s)} {v:.3g}" for s, v in sorted(sizes.items()))
    part = [one for one in figures if one.metric == metric + SCALING]
    if part and own:
        grown = [*part, max(own, key=lambda one: one.size or 0)]
        yield "by nodes: " + ", ".join(f"{one.setup['nodes']} {one.value:.3g}" for one in grown)


def _remedy(finding: Finding, first: CheckOutput) -> str:
    if finding.status is Status.UNKNOWN and finding.value is not None and not finding.expected:
        return LEARN
    return first.remedy if finding.status is Status.FAIL else ""


def _fold_skips(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Numbers that nothing bounds are kept, one line for all nodes."""
    skipped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.status is Status.SKIP:
            skipped.setdefault((finding.check, finding.metric), []).append(finding)
        else:
            yield finding
    for found in skipped.values():
        nodes = tuple(dict.fromkeys(node for one in found for node in one.nodes))
        values = [float(one.value) for one in found if isinstance(one.value, int | float)]
        value = round(median(values), 4) if values else None
        text = f"median of {len(values)}; {found[0].evidence}" if len(found) > 1 else ""
        yield replace(found[0], nodes=nodes, value=value, evidence=text or found[0].evidence)
