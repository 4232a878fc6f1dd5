"""Findings for people: root causes, with what follows from each below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from podsys.model.finding import Finding, Suspect, tally_by_node
from podsys.model.nodeset import fold
from podsys.model.status import SEVERITY, Status, Verdict, judge_all
from podsys.view.console import clean, out
from podsys.view.findings import describe_value, sort_findings
from podsys.view.fold import fold_findings
from podsys.view.layout import align
from podsys.view.numbers import count

STYLES = {
    Status.FAIL: "red",
    Status.UNKNOWN: "yellow",
    Status.WARN: "yellow",
    Status.PASS: "green",
    Status.SKIP: "dim",
}
VERDICT_STYLES = {
    Verdict.CERTIFIED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.UNKNOWN: "bold yellow",
}
BLOCKING = (Status.FAIL, Status.UNKNOWN, Status.WARN)
# What to read before the remedy, by who repairs it.
WHO = {
    "podsys": "[podsys] ",
    "reboot": "[reboot] ",
    "hands": "[by hand] ",
    "vendor": "[vendor] ",
}
FEW = 6


def show_findings(
    verdict: Verdict, findings: Sequence[Finding], suspects: Sequence[Suspect] = ()
) -> None:
    """The verdict in a box, then what blocks training, then a line per node."""
    _show_verdict(verdict, findings)
    for suspect in suspects:
        text = f"suspect {suspect.kind} {suspect.id} ({suspect.confidence:.0%}): {suspect.evidence}"
        out().print(clean(text), style="bold red", soft_wrap=True)
    show_roots(findings)
    _show_nodes(findings)


def show_roots(findings: Iterable[Finding]) -> None:
    """Everything that is open, without what something else explains: that is named there."""
    blocking = [f for f in sort_findings(findings) if f.status in BLOCKING]
    symptoms = [f for f in blocking if f.folded_under]
    roots = fold_findings(f for f in blocking if not f.folded_under)
    for alike in _group_alike(roots):
        show_alike(alike, _explained_by(alike, symptoms))


def _group_alike(findings: Iterable[Finding]) -> Iterable[list[Finding]]:
    """What is said of different nodes for the same reason, and has the same remedy."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.check, finding.status, finding.cause, finding.remedy)
        groups.setdefault(key, []).append(finding)
    return groups.values()


def _explained_by(roots: Sequence[Finding], symptoms: Iterable[Finding]) -> list[str]:
    here = {node for root in roots for node in root.nodes}
    check = roots[0].check
    below = [f for f in symptoms if f.folded_under == check and not here.isdisjoint(f.nodes)]
    return list(dict.fromkeys(finding.check for finding in below))


def _show_verdict(verdict: Verdict, findings: Sequence[Finding]) -> None:
    from rich.panel import Panel

    counts = Counter(finding.status for finding in findings)
    summary = "  ".join(f"{counts[status]} {status.value}" for status in SEVERITY)
    style = VERDICT_STYLES[verdict]
    out().print(Panel.fit(f"{verdict.value.upper()}   {summary}", style=style))


def show_alike(findings: Sequence[Finding], explained: Sequence[str] = ()) -> None:
    """What was seen of each, then what is common to all: cause and remedy."""
    for finding in findings:
        where = fold(finding.nodes) or "cluster"
        line = f"{finding.status.value:<7} {finding.check}  {where}  {describe_value(finding)}"
        out().print(clean(line.rstrip()), style=STYLES[finding.status], soft_wrap=True)
        _show_part("", finding.evidence)
    first = findings[0]
    _show_part("cause: ", first.cause)
    _show_part("→ ", first.remedy and WHO.get(first.repairs, "") + first.remedy)
    label = "waiting for it: " if first.status is Status.UNKNOWN else "explains "
    _show_part(label, _name_few(explained))


def _show_part(label: str, text: str) -> None:
    if text:
        out().print(clean(f"        {label}{' '.join(text.split())}"), soft_wrap=True)


def _name_few(checks: Sequence[str]) -> str:
    more = len(checks) - FEW
    return ", ".join(checks[:FEW]) + (f" and {count(more, 'check')} more" if more > 0 else "")


def _show_nodes(findings: Sequence[Finding]) -> None:
    """Nodes with the same counts share a line: a healthy thousand is one."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for node, tally in tally_by_node(findings).items():
        groups.setdefault(tuple(tally[status] for status in SEVERITY), []).append(node)
    rows = [("", *(status.value for status in SEVERITY), "nodes")]
    for counts in sorted(groups, reverse=True):
        seen = [s for s, number in zip(SEVERITY, counts, strict=True) if number]
        rows.append((judge_all(seen).value, *map(str, counts), fold(groups[counts])))
    if groups:
        out().print()
        for line in align(rows):
            out().print(clean(line), soft_wrap=True)
