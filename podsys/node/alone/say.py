"""What was found, in the words of whoever asks: people, JSON, Slurm, NHC."""

import json
from typing import Any, Dict, List

from ..diagnose.describe import Finding
from .look import stops

OPEN = ("fail", "unknown", "warn")
KEYS = ("check", "status", "value", "unit", "expected", "source", "evidence", "remedy", "cause",
        "repairs", "folded_under")  # fmt: skip
FEW = 6
# Slurm keeps a reason of any length, but sinfo shows the beginning.
LONGEST_REASON = 240


def sort_findings(findings: List[Finding]) -> List[Finding]:
    """As podsys preflight: what blocks first, and root causes before what follows from them."""

    def rank(finding: Finding) -> Any:
        status = ("fail", "unknown", "warn", "pass", "skip").index(finding["status"])
        folded = bool(finding["folded_under"])
        return not stops(finding), status, folded, finding["order"], finding["check"]

    return sorted(findings, key=rank)


def as_json(node: str, findings: List[Finding]) -> str:
    lines = [_as_line(node, finding) for finding in sort_findings(findings)]
    return json.dumps({"verdict": find_verdict(findings), "findings": lines}, indent=2)


def _as_line(node: str, finding: Finding) -> Dict[str, Any]:
    line: Dict[str, Any] = {key: finding[key] for key in KEYS}
    is_found = finding["status"] in ("fail", "warn")
    line["fault"] = finding["check"] if is_found and "." not in finding["check"] else ""
    line.update(suite="passive", nodes=[node], metric="", seconds=0.0, blocks=stops(finding))
    return line


def find_verdict(findings: List[Finding]) -> str:
    statuses = {finding["status"] for finding in findings}
    return "failed" if "fail" in statuses else "unknown" if "unknown" in statuses else "ready"


def as_lines(node: str, findings: List[Finding]) -> List[str]:
    """For people: root causes only, each with what follows from it."""
    lines = []
    open_ones = [one for one in sort_findings(findings) if one["status"] in OPEN]
    for finding in open_ones:
        if not finding["folded_under"]:
            below = [o["check"] for o in open_ones if o["folded_under"] == finding["check"]]
            lines += _describe(finding, below)
    ready = "may start" if find_verdict(findings) == "ready" else find_verdict(findings)
    return [clean(line) for line in lines] + ["%s: %s" % (node, ready)]


def _describe(finding: Finding, below: List[str]) -> List[str]:
    remedy = finding["remedy"] and "[%s] %s" % (finding["repairs"], finding["remedy"])
    parts = (
        ("", finding["evidence"]),
        ("cause: ", finding["cause"]),
        ("-> ", remedy),
        ("waiting for it: " if finding["status"] == "unknown" else "explains ", _name_few(below)),
    )
    shown = ["        " + label + " ".join(text.split()) for label, text in parts if text]
    return ["%-7s %s" % (finding["status"], finding["check"])] + shown


def _name_few(checks: List[str]) -> str:
    more = len(checks) - FEW
    return ", ".join(checks[:FEW]) + (" and %d more" % more if more > 0 else "")


def as_reason(findings: List[Finding], strict: bool) -> str:
    """One line: root causes that block, the first with its evidence."""
    roots = [f for f in sort_findings(findings) if stops(f, strict) and not f["folded_under"]]
    if not roots:
        return ""
    others = ", ".join(finding["check"] for finding in roots[1:])
    also = "; also " + others if others else ""
    text = "%s: %s%s" % (roots[0]["check"], roots[0]["evidence"], also)
    return clean(" ".join(text.split()))[:LONGEST_REASON]


def as_nhc(reason: str) -> str:
    return "ERROR:  nhc:  Health check failed:  " + reason


def clean(text: str) -> str:
    """Text from the machine must not steer a terminal, nor end a line of a log."""
    return "".join(char if char.isprintable() else "?" for char in text)
