"""Everything a report tells of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.plan import Plan
from podsys.model.status import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """`events` are the journal's lines, `raw_outputs` files in the folder of the report."""

    certificate: Mapping[str, Any]
    nodes: Mapping[str, Verdict]
    findings: tuple[Finding, ...]
    suspects: tuple[Suspect, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    plan: Plan = field(default_factory=Plan)
    facts: Mapping[str, NodeFacts] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()
    raw_outputs: tuple[str, ...] = ()
