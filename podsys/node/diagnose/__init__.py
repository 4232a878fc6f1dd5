"""Diagnosis of one node: which faults it has, and which of these only follow from others.

`prepare` makes functions of the rules once, `diagnose` judges the sections of a probe's answer
with them, `fold` puts what follows from something below it. All of it is plain data, so that the
admin machine and a node by itself judge alike.
"""

from typing import Any, Dict, Iterable, List

from .cases import Case, prepare
from .describe import Finding, describe, describe_lost
from .fold import find_roots, fold
from .judge import Answer, judge
from .names import WHY_MISSING, read_names

__all__ = [
    "WHY_MISSING",
    "Answer",
    "Case",
    "Finding",
    "diagnose",
    "find_roots",
    "fold",
    "judge",
    "prepare",
]


def diagnose(
    sections: Dict[str, Any], cases: Iterable[Case], context: Dict[str, Any]
) -> List[Finding]:
    """One finding for each case, and one for each section that could not be read.

    `sections`: name -> {status, data, reason}. `context`: `options` (name -> value, of those in
    WHY_MISSING), `baseline` (metric -> ceiling), `since_s` (older lines of the kernel log do not
    count; None: all count), `judge` (in place of the one here: it may know the answer).
    """
    names = read_names(sections, context)
    ask = context.get("judge", judge)
    judged = [(case, ask(case, names)) for case in cases]
    findings = [describe(case, answer) for case, answer in judged]
    waiting: Dict[str, int] = {}
    for _, answer in judged:
        if answer.waits_for:
            waiting[answer.waits_for] = waiting.get(answer.waits_for, 0) + 1
    lost = {name for name in sections if sections[name].get("status") != "ok"} | set(waiting)
    return findings + [
        describe_lost(name, sections.get(name), waiting.get(name, 0)) for name in sorted(lost)
    ]
