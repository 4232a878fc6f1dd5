"""Machines as they stand in halls, which differ from the emulated ones in what is no fault, or
have one that shows elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from podsys.node.diagnose import diagnose
from tests.catalog.emulated_facts import Facts
from tests.catalog.test_faults import BASELINES, CASES, PLATFORMS, healthy_facts


def machine(platform: str = "hgx-h100") -> Facts:
    """Nothing in it is shared: `deepcopy` would keep what equal parts have in common."""
    facts: Facts = json.loads(json.dumps(healthy_facts(platform)))
    return facts


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


FLEET = {"gpu": {"count": 8}, "infiniband": {"count": 12}, "dmi": {"dimm_count": 32}}


def h200() -> Facts:
    """A model that no platform file describes."""
    facts = machine()
    for one in facts["pci"]["devices"]:
        if one["kind"] == "gpu":
            one["device"] = "2335"
    for gpu in facts["gpu"]["gpus"]:
        gpu["pci_id"] = "10de:2335"
    return facts


def test_a_gpu_less_than_nodes_of_the_same_model() -> None:
    facts = h200()
    assert status_of("gpu-missing", facts) == "skip"
    assert status_of("gpu-missing", facts, fleet=FLEET) == "pass"
    facts["gpu"]["count"] = 7
    assert status_of("gpu-missing", facts, fleet=FLEET) == "fail"


@pytest.mark.parametrize(
    ("fabric", "status"),
    [
        ({"state": "Completed", "status": "Success"}, "pass"),
        ({"state": "In Progress", "status": "Success"}, "fail"),
        ({"state": "Completed", "status": "Insufficient Resources"}, "fail"),
        ({"state": "Not Started", "status": "Success"}, "pass"),
        (None, "pass"),
    ],
)
def test_the_fabric_of_a_model_that_nobody_described(
    fabric: dict[str, str] | None, status: str
) -> None:
    facts = h200()
    facts["gpu"]["gpus"][2]["fabric"] = fabric
    assert status_of("fabric-not-completed", facts) == status


def test_links_of_a_model_that_nobody_described() -> None:
    facts = h200()
    assert status_of("nvlink-down", facts) == "pass"
    facts["gpu"]["gpus"][2]["nvlinks"][5]["active"] = False
    assert status_of("nvlink-down", facts) == "fail"
    facts["gpu"]["gpus"][2]["nvlinks"] = None
    assert status_of("nvlink-down", facts) == "unknown"


def test_cards_without_bridges() -> None:
    facts = machine("h100-pcie")
    for gpu in facts["gpu"]["gpus"]:
        for link in gpu["nvlinks"]:
            link["active"] = False
    assert status_of("nvlink-down", facts, "h100-pcie") == "pass"
    for link in facts["gpu"]["gpus"][2]["nvlinks"][:12]:
        link["active"] = True
    assert status_of("nvlink-down", facts, "h100-pcie") == "fail"
    for gpu in facts["gpu"]["gpus"]:
        gpu.update(nvlinks=None, memory_mib=None)
    assert status_of("nvlink-down", facts, "h100-pcie") == "unknown"


def test_adapters_of_another_kind_than_the_usual() -> None:
    facts = machine()
    for one in facts["pci"]["devices"]:
        if one["kind"] == "nic":
            one["device"] = "a2dc"
    assert status_of("nic-missing", facts, "hgx-h100") == "pass"
    facts["infiniband"]["count"] = 0
    assert status_of("nic-missing", facts, "hgx-h100") == "fail"


def test_an_adapter_less_where_those_for_storage_are_of_the_same_kind() -> None:
    facts = machine()
    facts["infiniband"]["count"] = 12
    assert status_of("nic-fewer", facts, fleet=FLEET) == "pass"
    facts["infiniband"]["count"] = 11
    assert status_of("nic-fewer", facts, fleet=FLEET) == "fail"
    assert status_of("nic-fewer", facts) == "skip"


@pytest.mark.parametrize("fault", ["nic-down", "nic-rate-low"])
def test_adapters_for_storage_are_of_the_same_kind_as_those_for_training(fault: str) -> None:
    """At another rate, and with a port that nobody cabled."""
    facts = machine()
    devices = facts["pci"]["devices"]
    nic = next(one for one in devices if one["kind"] == "nic")
    for bdf, rate, state in (
        ("0000:05:00.0", 200, "LinkUp"),
        ("0000:06:00.0", 10, "Disabled"),
    ):
        devices.append({**nic, "bdf": bdf, "parent": ""})
        board = f"board of {bdf}"
        add_port(facts, bdf, bdf, board=board, rate_gbps=rate, phys_state=state, state="DOWN")
    facts["infiniband"]["ports"][-2]["state"] = "ACTIVE"
    assert status_of(fault, facts, "hgx-h100") == "pass"
    for port in facts["infiniband"]["ports"][:8]:
        port.update(rate_gbps=200) if fault == "nic-rate-low" else port.update(state="DOWN")
    assert status_of(fault, facts, "hgx-h100") == "fail"


@pytest.mark.parametrize(
    ("count", "virtualization", "fleet", "status"),
    [
        (31, "none", {}, "fail"),
        (31, "systemd-nspawn", {}, "fail"),
        (31, "kvm", {}, "pass"),
        (30, "none", {}, "pass"),
        (30, "none", FLEET, "fail"),
        (31, "kvm", FLEET, "fail"),
        (32, "none", FLEET, "pass"),
    ],
)
def test_memory_modules(count: int, virtualization: str, fleet: Any, status: str) -> None:
    facts = machine()
    facts["dmi"]["dimms"] = [{"slot": f"A{n}", "size_mib": 65536} for n in range(count)]
    facts["dmi"]["dimm_count"] = count
    facts["system"]["virtualization"] = virtualization
    assert status_of("dimm-missing", facts, fleet=fleet) == status


@pytest.mark.parametrize(
    ("platform", "change", "status"),
    [
        ("hgx-h100", {"utilisation_pct": None, "mig": True}, "pass"),
        ("hgx-h100", {"utilisation_pct": None, "memory_mib": None}, "unknown"),
        ("hgx-h100", {"utilisation_pct": 97}, "fail"),
        ("hgx-h100", {"utilisation_pct": 97, "throttle": ["idle"]}, "pass"),
        ("hgx-h100", {"utilisation_pct": 97, "throttle": ["sw_power"]}, "pass"),
        ("mi300x", {"utilisation_pct": 97, "power_w": 200.0}, "fail"),
        ("mi300x", {"utilisation_pct": 97, "power_w": 745.0}, "pass"),
        ("mi300x", {"utilisation_pct": 97, "power_w": None}, "unknown"),
    ],
)
def test_a_clock_that_is_low(platform: str, change: dict[str, Any], status: str) -> None:
    facts = machine(platform)
    gpu = facts["gpu"]["gpus"][1]
    gpu.update(change, clocks={**gpu["clocks"], "sm": 1200})
    assert status_of("gpu-clocks-low", facts) == status


def test_a_gpu_that_is_gone_from_the_bus_after_xid_79() -> None:
    """A slot for hot plugging takes it away; no model says how many there should be."""
    facts = h200()
    gpu = next(one for one in facts["pci"]["devices"] if one["kind"] == "gpu")
    facts["kernel_log"]["xids"] = [{"xid": 79, "bdf": gpu["bdf"], "age_s": 60, "text": "Xid"}]
    assert status_of("xid-other", facts) == "skip"
    facts["pci"]["devices"].remove(gpu)
    assert status_of("xid-other", facts) == "fail"
