"""Findings as plain data.

A finding is a dict: check, status (pass warn fail unknown skip), evidence, value, unit, expected,
cause, remedy, repairs, blocks, order, source, and `folded_under`, the check that explains it.
"""

from typing import Any, Dict, Optional

from .cases import Case
from .judge import Answer

FOUND = ("fail", "warn")
Finding = Dict[str, Any]


def describe(case: Case, answer: Answer) -> Finding:
    fault, is_open = case.fault, answer.status in FOUND + ("unknown",)
    return {
        "check": fault["id"],
        "status": answer.status,
        "evidence": answer.evidence,
        "value": answer.value,
        "unit": fault["unit"],
        "expected": answer.expected,
        "cause": fault["cause"] if answer.status in FOUND else "",
        "remedy": fault["remedy"] if answer.status in FOUND else "",
        "repairs": fault["repairs"] if answer.status in FOUND else "",
        "blocks": fault["blocks"] and is_open,
        "order": fault["order"],
        "source": "; ".join(fault["source"]),
        "folded_under": "node." + answer.waits_for if answer.waits_for else "",
    }


def describe_lost(name: str, section: Optional[Dict[str, Any]], waiting: int) -> Finding:
    """One line for a section, however many checks wait for it."""
    reason = "the probe did not report this section"
    if section is not None:
        reason = section.get("reason") or "the probe gave no reason"
    waits = "; %d check%s for it" % (waiting, " waits" if waiting == 1 else "s wait")
    return {
        "check": "node." + name,
        "status": "unknown",
        "evidence": reason + (waits if waiting else ""),
        "value": None,
        "unit": "",
        "expected": "",
        "cause": "",
        "remedy": "",
        "repairs": "",
        "blocks": True,
        "order": 0,
        "source": "",
        "folded_under": "",
    }
