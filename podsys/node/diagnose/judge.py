"""One fault judged on one node."""

from collections import namedtuple
from typing import Any, Dict, List, Optional

from ..rules import Unknown, evaluate
from ..rules.truth import worse
from .cases import Case
from .text import as_text, write

# `waits_for`: the section that could not be read and would decide.
Answer = namedtuple("Answer", "status evidence value expected waits_for")
SHOWN = 3


def judge(case: Case, names: Dict[str, Any]) -> Answer:
    """What the fault's rules say of this node."""
    names = dict(names, params=case.fault["params"])
    applies = evaluate(case.applies, names) if case.applies else True
    if applies is not True:
        return _say_unknown(applies) if applies else _answer("skip", case.fault["applies_text"])
    parts = _find_parts(case, names)
    if isinstance(parts, Unknown):
        return _say_unknown(parts)
    if not parts:
        return _answer("skip", "there is none here")
    return _judge_scopes(case, parts)


def _find_parts(case: Case, names: Dict[str, Any]) -> Any:
    """The names for each part of the node that is looked at, or why that is not known."""
    if case.each is None:
        return [names]
    parts = evaluate(case.each, names)
    if isinstance(parts, list):
        return [dict(names, it=part) for part in parts]
    return parts if isinstance(parts, Unknown) else Unknown("what it looks at is not a list")


def _judge_scopes(case: Case, scopes: List[Dict[str, Any]]) -> Answer:
    """Found in one is found; unknown in one is unknown; else it is in none."""
    found, unknown = [], None
    for scope in scopes:
        answer = scope.get("it")
        if not isinstance(answer, Unknown):
            answer = evaluate(case.when, scope)
        if answer is True:
            found.append(scope)
        elif isinstance(answer, Unknown):
            unknown = worse(unknown, answer)
    if found:
        return _say_found(case, found)
    if unknown:
        return _say_unknown(unknown)
    evidence = "%d looked at" % len(scopes) if case.each else ""
    if len(scopes) > 1:
        return _answer("pass", evidence)
    return _answer("pass", evidence, _value(case, scopes[0]), write(case.expected, scopes[0]))


def _say_found(case: Case, scopes: List[Dict[str, Any]]) -> Answer:
    texts = [write(case.evidence, scope) for scope in scopes[:SHOWN]]
    if len(scopes) > SHOWN:
        texts.append("and %d more" % (len(scopes) - SHOWN))
    status, grace_s = case.fault["status"], case.fault["boot_grace_s"]
    uptime_s = _uptime(scopes[0])
    if uptime_s is not None and uptime_s < grace_s:
        status = "unknown"
        texts.append("%d s after the boot; judged from %d s on" % (uptime_s, grace_s))
    value, expected = _value(case, scopes[0]), write(case.expected, scopes[0])
    return Answer(status, "; ".join(texts), value, expected, "")


def _uptime(names: Dict[str, Any]) -> Optional[float]:
    system = names.get("system")
    uptime_s = system.get("uptime_s") if isinstance(system, dict) else None
    return uptime_s if isinstance(uptime_s, (int, float)) else None


def _say_unknown(unknown: Unknown) -> Answer:
    """An option is not there everywhere: then the fault cannot be looked for, and need not be."""
    if unknown.kind == "option":
        return _answer("skip", unknown.reason)
    waits_for = unknown.name if unknown.kind == "section" else ""
    return Answer("unknown", unknown.reason, None, "", waits_for)


def _answer(status: str, evidence: str, value: Any = None, expected: str = "") -> Answer:
    return Answer(status, evidence, value, expected, "")


def _value(case: Case, names: Dict[str, Any]) -> Any:
    value = evaluate(case.value, names) if case.value else None
    if isinstance(value, Unknown) or isinstance(value, (list, dict)):
        return None
    return as_text(value) if isinstance(value, bool) else value
