"""A node's facts: good ones pass, bad ones fail or warn, missing ones are unknown."""

from __future__ import annotations

from typing import Any

import pytest

from podsys.core.judge import judge_node
from podsys.model.baseline import Baseline
from podsys.model.facts import NodeFacts, Section
from podsys.model.status import Status


def ceiling(metric: str, unit: str, value: float) -> Baseline:
    return Baseline(
        metric=metric, unit=unit, ceiling=value, scope="a node", source="test", date="2026-01-01"
    )


BASELINES = {
    "clock_offset": ceiling("clock_offset", "s", 0.01),
    "disk_used": ceiling("disk_used", "%", 95),
}
ROOT = {"path": "/", "fs": "ext4", "used_pct": 40, "inodes_pct": 3, "read_only": False}
GOOD: dict[str, dict[str, Any]] = {
    "clock": {"daemon": "chronyd", "synchronised": True, "offset_s": -0.002, "source": "10.0.0.1"},
    "disks": {"mounts": [ROOT]},
    "names": {"hostname_addresses": ["10.0.0.11"], "loopback_only": False},
    "packages": {"broken": [], "reboot_required": False},
    "units": {"failed": [], "state": "running"},
}


def judge(changes: dict[str, dict[str, Any]] | None = None, **kwargs: Any) -> dict[str, Status]:
    data = GOOD | (changes or {})
    sections = {name: Section("ok", content) for name, content in data.items()}
    facts = NodeFacts("n001", sections=sections | kwargs.get("sections", {}))
    findings = judge_node(facts, kwargs.get("baselines", BASELINES))
    assert all(finding.nodes == ("n001",) for finding in findings)
    return {finding.check: finding.status for finding in findings}


def test_a_good_node_passes_everything() -> None:
    found = judge()
    assert set(found.values()) == {Status.PASS}
    assert len(found) == 9


def test_an_unreachable_node_is_one_unknown_with_its_reason() -> None:
    (found,) = judge_node(NodeFacts("n001", error="no route"), BASELINES)
    assert (found.check, found.status) == ("node.reachable", Status.UNKNOWN)
    assert found.evidence == "no route"


@pytest.mark.parametrize(
    ("section", "data", "check", "status"),
    [
        ("clock", {"synchronised": False, "offset_s": 0.0}, "node.clock_synchronised", "fail"),
        ("clock", {"synchronised": None, "offset_s": 0.0}, "node.clock_synchronised", "unknown"),
        ("clock", {"synchronised": True, "offset_s": 0.02}, "node.clock_offset", "fail"),
        ("clock", {"synchronised": True, "offset_s": -0.02}, "node.clock_offset", "fail"),
        ("clock", {"synchronised": True, "offset_s": None}, "node.clock_offset", "unknown"),
        ("disks", {"mounts": [ROOT | {"used_pct": 96}]}, "node.disk_used", "fail"),
        ("disks", {"mounts": [ROOT | {"used_pct": None}]}, "node.disk_used", "unknown"),
        ("disks", {"mounts": []}, "node.disk_used", "unknown"),
        ("disks", {"mounts": [ROOT | {"inodes_pct": 99}]}, "node.disk_inodes", "fail"),
        ("disks", {"mounts": [ROOT | {"read_only": True}]}, "node.root_writable", "fail"),
        ("disks", {"mounts": [ROOT | {"path": "/data"}]}, "node.root_writable", "unknown"),
        ("packages", {"broken": ["nginx"]}, "node.packages_clean", "fail"),
        ("packages", {}, "node.packages_clean", "unknown"),
        ("units", {"failed": ["x.service"]}, "node.units_healthy", "warn"),
        ("units", {"failed": None}, "node.units_healthy", "unknown"),
        (
            "names",
            {"hostname_addresses": ["127.0.1.1"], "loopback_only": True},
            "node.own_name",
            "warn",
        ),
        ("names", {"hostname_addresses": [], "loopback_only": False}, "node.own_name", "warn"),
        ("names", {}, "node.own_name", "unknown"),
    ],
)
def test_what_is_wrong_shows(section: str, data: dict[str, Any], check: str, status: str) -> None:
    assert judge({section: data})[check] == status


def test_a_section_that_could_not_be_read_is_unknown_and_says_why() -> None:
    broken = Section("unknown", {}, "took longer than 10 s")
    facts = NodeFacts("n001", sections={"disks": broken})
    found = {finding.check: finding for finding in judge_node(facts, BASELINES)}
    assert found["node.disks"].status is Status.UNKNOWN
    assert found["node.disks"].evidence == "took longer than 10 s"
    assert found["node.clock"].status is Status.UNKNOWN


def test_without_baselines_the_numbers_are_unknown() -> None:
    found = judge(baselines={})
    unknown = {check for check, status in found.items() if status is Status.UNKNOWN}
    assert unknown == {"node.clock_offset", "node.disk_used", "node.disk_inodes"}
