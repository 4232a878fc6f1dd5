"""The probe reads from the emulated PCI tree what the state of the node says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from podsys.lab.hardware.files import write_files
from podsys.lab.hardware.pci import pci_files
from podsys.node.memo import forget
from podsys.node.sections import read_section

SAME = (
    "parent", "vendor", "device", "subsystem", "class", "revision", "driver", "numa_node",
    "iommu_group", "speed_gts", "max_speed_gts", "width", "max_width", "mps", "mps_supported",
    "mrrs", "relaxed_ordering", "aspm", "acs", "aer", "gone",
)  # fmt: skip
NAMES = {"numa_node": "numa"}
PORTS = {"root_port": "root_port", "switch_up": "upstream", "switch_down": "downstream"}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def section(state: dict[str, Any]) -> dict[str, Any]:
        write_files(tmp_path, pci_files(state))
        monkeypatch.setenv("PODSYS_ROOT", str(tmp_path))
        forget()
        return read_section("pci")

    return section


def as_read(device: dict[str, Any]) -> dict[str, Any]:
    return {key: device[NAMES.get(key, key)] for key in SAME}


def by_address(found: dict[str, Any]) -> dict[str, Any]:
    return {device["bdf"]: device for device in found["devices"]}


def test_every_device_of_every_platform(platform_id, make_state, read):
    state = make_state(platform_id)
    found = read(state)
    devices = by_address(found)
    assert sorted(devices) == sorted(state["devices"])
    for bdf, device in state["devices"].items():
        assert {key: devices[bdf][key] for key in SAME} == as_read(device), bdf
        is_port = device["kind"] in PORTS
        assert devices[bdf]["kind"] == ("bridge" if is_port else device["kind"])
        assert devices[bdf]["port_type"] == PORTS.get(device["kind"], "endpoint")
    assert (found["iommu_types"], found["aspm_policy"]) == (["identity"], "performance")


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("gpu", {"width": 8, "speed_gts": 2.5, "driver": "", "relaxed_ordering": False}),
        ("nic", {"mrrs": 512, "mps": 128, "numa": 1}),
        ("switch_down", {"acs": ["SrcValid", "ReqRedir", "CmpltRedir", "UpstreamFwd"]}),
        ("root_port", {"aspm": "L0s L1", "mps": 512, "acs": None}),
        ("nvme", {"aer": {"correctable": 9, "nonfatal": 1, "fatal": 2}}),
    ],
)
def test_what_is_broken_shows(h100, read, kind, changed):
    bdf = next(bdf for bdf, device in h100["devices"].items() if device["kind"] == kind)
    h100["devices"][bdf] |= changed
    found = by_address(read(h100))[bdf]
    assert {key: found[key] for key in SAME} == as_read(h100["devices"][bdf])


def test_a_gpu_that_is_gone_and_one_that_is_not_there(h100, read):
    first, second = h100["gpus"][0]["bdf"], h100["gpus"][1]["bdf"]
    h100["devices"][first]["gone"] = True
    h100["devices"][second]["present"] = False
    found = by_address(read(h100))
    assert second not in found
    assert (found[first]["gone"], found[first]["device"], found[first]["mps"]) == (
        True,
        "2330",
        None,
    )


def test_the_iommu_and_the_policy(h100, read):
    h100["iommu"]["type"] = "DMA-FQ"
    h100["aspm_policy"] = "powersave"
    found = read(h100)
    assert (found["iommu_types"], found["aspm_policy"]) == (["DMA-FQ"], "powersave")
    h100["iommu"]["on"] = False
    assert read(h100)["iommu_types"] == []
