"""What follows from something else is shown below it."""

from typing import Dict, Iterable, List

from .cases import Case
from .describe import FOUND, Finding


def fold(
    findings: List[Finding], cases: Iterable[Case], also: Iterable[str] = ()
) -> Dict[str, str]:
    """Marks what follows from something else; returns the root of each check that has one.

    `also` are checks found by others, such as settings that drifted. What is unknown may be a
    symptom too: a GPU that is lost tells nothing more.
    """
    explains = {case.fault["id"]: case.fault["explains"] for case in cases}
    found = sorted((f["order"], f["check"]) for f in findings if f["status"] in FOUND)
    open_ones = [f["check"] for f in findings if f["status"] in FOUND + ("unknown",)]
    roots = find_roots([id_ for _, id_ in found], open_ones + list(also), explains)
    for finding in findings:
        waits = finding["folded_under"]  # the section that was not read, which may be a symptom
        finding["folded_under"] = roots.get(finding["check"]) or roots.get(waits, waits)
    return roots


def find_roots(
    found: List[str], symptoms: Iterable[str], explains: Dict[str, Iterable[str]]
) -> Dict[str, str]:
    """Each symptom that follows from something found, and from what in the end.

    `found` begins nearest to a root cause. Where two explain each other the first stays, so
    that never all of them vanish.
    """
    under: Dict[str, str] = {}
    possible = set(symptoms)

    def top(id_: str) -> str:
        while id_ in under:
            id_ = under[id_]
        return id_

    for id_ in found:
        for symptom in explains.get(id_, ()):
            if symptom in possible and symptom not in under and top(id_) != symptom:
                under[symptom] = id_
    return {id_: top(id_) for id_ in under}
