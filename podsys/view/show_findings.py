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
WHO = {
    "podsys": "podsys repairs it: ",
    "reboot": "a reboot repairs it: ",
    "hands": "",
    "vendor": "for the vendor: ",
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
    for finding in fold_findings(f for f in blocking if not f.folded_under):
        show_finding(finding, _explained_by(finding, symptoms))


def _explained_by(root: Finding, symptoms: Iterable[Finding]) -> list[str]:
    here = set(root.nodes)
    below = [f for f in symptoms if f.folded_under == root.check and not here.isdisjoint(f.nodes)]
    return list(dict.fromkeys(finding.check for finding in below))


def _show_verdict(verdict: Verdict, findings: Sequence[Finding]) -> None:
    from rich.panel import Panel

    counts = Counter(finding.status for finding in findings)
    summary = "  ".join(f"{counts[status]} {status.value}" for status in SEVERITY)
    style = VERDICT_STYLES[verdict]
    out().print(Panel.fit(f"{verdict.value.upper()}   {summary}", style=style))


def show_finding(finding: Finding, explained: Sequence[str] = ()) -> None:
    where = fold(finding.nodes) or "cluster"
    line = f"{finding.status.value:<7} {finding.check}  {where}  {describe_value(finding)}"
    out().print(clean(line.rstrip()), style=STYLES[finding.status], soft_wrap=True)
    remedy = finding.remedy and WHO.get(finding.repairs, "") + finding.remedy
    for label, text in (
        ("", finding.evidence),
        ("cause: ", finding.cause),
        ("→ ", remedy),
        ("explains ", _name_few(explained)),
    ):
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
