"""One look at this node: what the probe reads, judged by what the file brought along."""

import json
import os
import signal
from typing import Any, Dict, List, Optional

from .. import probe
from ..diagnose import diagnose, fold, prepare
from ..diagnose.describe import Finding
from .counters import find_own_rates
from .items import judge_items

Judge = Dict[str, Any]


def look(judge: Judge, node: str, seconds: float, since_s: Optional[float], whole: bool) -> Any:
    """Findings of this node, within so many seconds; `whole` reads its settings as well."""
    own = judge["nodes"].get(node) or judge["nodes"].get(os.uname().nodename, {})
    items = judge["items"][own["items"]] if whole and own else []
    answer = ask(judge["sections"], items, seconds)
    sections = answer["sections"]
    context = {
        "baseline": judge["baseline"],
        "options": find_options(judge, own, sections),
        "since_s": since_s,
    }
    cases = prepare(judge["faults"])
    findings = diagnose(sections, cases, context)
    drifted = judge_items(items, answer["readings"])
    roots = fold(findings, cases, [one["check"] for one in drifted if one["status"] == "fail"])
    for one in drifted:
        one["folded_under"] = roots.get(one["check"], "")
    return findings + drifted


def find_options(judge: Judge, own: Dict[str, Any], sections: Dict[str, Any]) -> Dict[str, Any]:
    """What rules read beside the node's own facts; the other nodes are out of sight."""
    options = {"rates": find_own_rates(sections, judge["rate_paths"])}
    if own.get("platform"):
        options["platform"] = judge["platforms"][own["platform"]]
    if own.get("wanted"):
        options["wanted"] = own["wanted"]
    return {name: value for name, value in options.items() if value is not None}


def ask(sections: List[str], items: List[Dict[str, Any]], seconds: float) -> Dict[str, Any]:
    """The probe's answer. Each part has its own limit; if all is late, all is unknown."""
    limit_s = 0.75 * seconds
    request = {"sections": sections, "items": items, "limit_s": limit_s}
    try:
        with_limit(seconds)
        answer = probe.answer(request)
    except TimeoutError:
        return _unknown(sections, items, "the whole look took longer than %g s" % seconds)
    except OSError as error:  # no process or pipe to be had
        return _unknown(sections, items, str(error))
    finally:
        with_limit(0)
    found: Dict[str, Any] = json.loads(answer)
    return found


def with_limit(seconds: float) -> None:
    """TimeoutError after so long; 0 takes the limit away."""

    def end(number: int, frame: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _unknown(sections: List[str], items: List[Dict[str, Any]], reason: str) -> Dict[str, Any]:
    lost = {"status": "unknown", "data": {}, "reason": reason}
    return {
        "sections": dict.fromkeys(sections, lost),
        "readings": {item["id"]: {"error": reason} for item in items},
    }


def find_ready(findings: List[Finding], strict: bool) -> bool:
    """No fault that blocks; `strict` counts what is unknown as one."""
    return not any(stops(finding, strict) for finding in findings)


def stops(finding: Finding, strict: bool = True) -> bool:
    if finding["status"] == "unknown":
        return strict
    return finding["status"] == "fail" and bool(finding["blocks"])
