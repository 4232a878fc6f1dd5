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


def add_port(facts: Facts, device: str, bdf: str, **about: Any) -> None:
    """Of an adapter that is there beside those of the model, with its interface."""
    port = {**facts["infiniband"]["ports"][0], "guid": device, "board": "other", **about}
    facts["infiniband"]["ports"].append({**port, "device": device, "bdf": bdf})


@pytest.mark.parametrize(
    ("platform", "mtu", "status"),
    [("hgx-h100", 1500, "pass"), ("hgx-h100", 1400, "fail"), ("mi300x", 1500, "pass")],
)
def test_an_adapter_for_management_that_could_do_roce(platform: str, mtu: int, status: str) -> None:
    """Every ConnectX and many others can; its switch seldom takes large frames."""
    facts = machine(platform)
    add_port(facts, "bnxt_re0", "0000:05:00.0", netdev="eno1", link_layer="Ethernet", rate_gbps=25)
    facts["network"]["nics"].append({"name": "eno1", "state": "up", "mtu": mtu})
    assert status_of("mtu-wrong", facts) == status


def test_an_adapter_for_training_needs_large_frames_whatever_the_others_do() -> None:
    facts = machine("mi300x")
    netdev = facts["infiniband"]["ports"][3]["netdev"]
    next(nic for nic in facts["network"]["nics"] if nic["name"] == netdev)["mtu"] = 1500
    assert status_of("mtu-wrong", facts) == "fail"


@pytest.mark.parametrize(("drive", "status"), [("sr0", "skip"), ("fd0", "skip"), ("sda", "fail")])
def test_a_drive_without_a_medium_is_not_broken(drive: str, status: str) -> None:
    facts = machine("cpu-only")
    facts["kernel_log"]["events"] = [event("io_error", f"I/O error, dev {drive}, sector 0", drive)]
    assert status_of("disk-errors", facts) == status


@pytest.mark.parametrize(
    ("ports", "status"),
    [
        ([("0000:05:00.0", "a"), ("0000:05:00.1", "a")], "pass"),
        ([("0000:05:00.0", "a"), ("0000:06:00.0", "b")], "pass"),
        ([("0000:05:00.0", "a"), ("0000:06:00.0", "a")], "fail"),
    ],
)
def test_adapters_of_one_socket(ports: list[tuple[str, str]], status: str) -> None:
    """One card with two ports, or one beside another for management, cannot be near to all."""
    facts = machine("h100-pcie")
    first = facts["infiniband"]["ports"][0]
    facts["infiniband"]["ports"] = [
        {**first, "bdf": bdf, "board": board, "numa_node": 0} for bdf, board in ports
    ]
    known = {device["bdf"] for device in facts["pci"]["devices"]}
    facts["pci"]["devices"] += [
        {**facts["pci"]["devices"][0], "bdf": bdf, "parent": "", "kind": "nic"}
        for bdf, _ in ports
        if bdf not in known
    ]
    assert status_of("gpu-nic-numa", facts) == status
