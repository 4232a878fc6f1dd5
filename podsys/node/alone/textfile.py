"""What was found as metrics: a file for the textfile collector of Prometheus's node exporter."""

import os
from typing import Any, List

from .. import machine
from ..diagnose.describe import Finding
from .look import find_ready

NAME = "podsys.prom"
STATUSES = ("fail", "unknown", "warn", "pass", "skip")


def write_metrics(folder: str, findings: List[Finding], seconds: float, now: float) -> None:
    """Whole or not at all, and readable by the exporter, which is not root."""
    text = "".join(line + "\n" for line in make_metrics(findings, seconds, now))
    machine.write_text(os.path.join(folder, NAME), text, 0o644)


def make_metrics(findings: List[Finding], seconds: float, now: float) -> List[str]:
    counts = [(s, sum(f["status"] == s for f in findings)) for s in STATUSES]
    return [
        *_head("podsys_ready", "1 when no check that blocks has failed and none is unknown."),
        "podsys_ready %d" % find_ready(findings, strict=True),
        *_head("podsys_findings", "Checks of this node by status."),
        *('podsys_findings{status="%s"} %d' % pair for pair in counts),
        *_head("podsys_finding", "1 for each check that fails, warns or is unknown."),
        *(_describe(f) for f in findings if f["status"] in ("fail", "unknown", "warn")),
        *_head("podsys_look_seconds", "How long the look took."),
        "podsys_look_seconds %.3f" % seconds,
        *_head("podsys_look_timestamp_seconds", "When the look was taken."),
        "podsys_look_timestamp_seconds %.0f" % now,
    ]


def _head(name: str, text: str) -> List[str]:
    return ["# HELP %s %s" % (name, text), "# TYPE %s gauge" % name]


def _describe(finding: Finding) -> str:
    labels = (
        ("check", finding["check"]),
        ("status", finding["status"]),
        ("folded_under", finding["folded_under"]),
        ("repairs", finding["repairs"]),
    )
    text = ",".join('%s="%s"' % (name, _escape(value)) for name, value in labels)
    return "podsys_finding{%s} 1" % text


def _escape(value: Any) -> str:
    return str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
