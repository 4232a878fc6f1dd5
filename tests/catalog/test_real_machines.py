"""Machines as they stand in halls, which differ from the emulated ones in what is no fault, or
have one that shows elsewhere."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from podsys.node.diagnose import diagnose
from tests.catalog.emulated_facts import Facts
from tests.catalog.test_faults import BASELINES, CASES, PLATFORMS, healthy_facts


def machine(platform: str = "hgx-h100") -> Facts:
    return deepcopy(healthy_facts(platform))


def status_of(fault: str, facts: Facts, platform: str = "", **options: Any) -> str:
    if platform:
        options["platform"] = PLATFORMS[platform].model_dump(mode="json")
    sections = {name: {"status": "ok", "data": data} for name, data in facts.items()}
    cases = [case for case in CASES if case.fault["id"] == fault]
    (found,) = diagnose(sections, cases, {"baseline": BASELINES, "options": options})
    return str(found["status"])


def event(kind: str, text: str, subject: str = "") -> dict[str, Any]:
    return {"kind": kind, "subject": subject, "text": text, "age_s": 60.0}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("{1}[Hardware Error]: event severity: corrected", "pass"),
        ("{1}[Hardware Error]: event severity: recoverable", "fail"),
        ("{1}[Hardware Error]: event severity: fatal", "fail"),
        ("[Hardware Error]: CPU:2 (19:11:1) MC17_STATUS[Over|CE|MiscV|AddrV]: 0xdc20", "pass"),
        ("[Hardware Error]: CPU:2 (19:11:1) MC0_STATUS[Over|UE|MiscV|AddrV|PCC]: 0xbe00", "fail"),
        ("mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7: 8c00004000010091", "pass"),
        ("mce: [Hardware Error]: CPU 12: Machine Check Exception: 5 Bank 1: bd80", "fail"),
    ],
)
def test_errors_that_were_not_corrected_by_whoever_reports_them(text: str, status: str) -> None:
    facts = machine("cpu-only")
    facts["kernel_log"]["events"] = [event("mce", text)]
    assert status_of("host-memory-errors", facts) == status
