"""The probe reads through pynvml and the emulated library what the state of the node says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from podsys.lab.hardware.files import write_files
from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.pci import pci_files
from podsys.lab.hardware.state import healthy_state
from tests.lab_unit.hardware.hardware_sample import PLATFORMS

SAME = (
    "index", "bdf", "uuid", "serial", "name", "vbios", "memory_mib", "persistence",
    "compute_mode", "mig", "remapped", "throttle", "power_w", "power_limit_w", "power_default_w",
    "temperature_c", "processes", "pcie_gen", "pcie_width", "pcie_replays",
)  # fmt: skip
READ = (
    "import json; from podsys.node.sections import read_section; "
    "print(json.dumps(read_section('gpu')))"
)
NVIDIA = sorted(id_ for id_, one in PLATFORMS.items() if one.gpus and one.gpus.vendor == "nvidia")


@pytest.fixture
def read(library: Path, tmp_path: Path):
    """In a process of its own: where the library is must be known before Python starts."""

    def section(state: dict[str, Any]) -> dict[str, Any]:
        write_files(tmp_path, pci_files(state))
        (tmp_path / "nvml").write_text(nvml_view(state))
        environment = {
            **os.environ,
            "PODSYS_ROOT": str(tmp_path),
            "PODSYS_NVML": str(tmp_path / "nvml"),
            "LD_LIBRARY_PATH": str(library.parent),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-c", READ], env=environment, capture_output=True, check=True
        )
        return json.loads(done.stdout)

    return section


@pytest.mark.parametrize("platform_id", NVIDIA)
def test_every_gpu_of_every_platform(platform_id, read):
    state = healthy_state(PLATFORMS[platform_id], "node1")
    found = read(state)
    assert (found["vendor"], found["count"], found["nvml_error"]) == (
        "nvidia",
        len(state["gpus"]),
        "",
    )
    assert found["library_version"] == state["driver"]["library_version"]
    assert found["cuda_version"] == state["driver"]["cuda_version"]
    for gpu, wanted in zip(found["gpus"], state["gpus"], strict=True):
        assert {key: gpu[key] for key in SAME} == {key: wanted[key] for key in SAME}
        assert (gpu["error"], gpu["locked_sm"]) == ("", None)
        assert (gpu["ecc"], gpu["ecc_total"], gpu["ecc_mode"]) == (
            wanted["ecc"]["volatile"],
            wanted["ecc"]["aggregate"],
            True,
        )
        assert gpu["clocks"] == {k: v for k, v in wanted["clocks"].items() if k != "locked"}
        check_links(gpu["nvlinks"], wanted["nvlinks"])
        assert gpu["fabric"] == as_fabric(wanted["fabric"])


def check_links(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert [link["link"] for link in found] == list(range(len(wanted)))
    for link, each in zip(found, wanted, strict=True):
        assert link["active"] is each["active"]
        if each["active"]:
            assert {key: link[key] for key in each} == each


def as_fabric(fabric: dict[str, Any] | None) -> dict[str, Any] | None:
    words = {"state": "Completed", "status": "Success"}
    return fabric and {**fabric, **words}


def test_what_is_broken_shows(h100, read):
    first, second = h100["gpus"][:2]
    first |= {"persistence": False, "mig": True, "compute_mode": "prohibited", "temperature_c": 88}
    first |= {"throttle": ["hw_slowdown", "hw_power_brake"], "power_limit_w": 300}
    first["processes"] = [{"pid": 77, "name": "python3", "memory_mib": 512}]
    first["remapped"] = {"correctable": 0, "uncorrectable": 8, "pending": True, "failure": True}
    first["ecc"]["volatile"]["dram_uncorrectable"] = 2
    first["nvlinks"][3] |= {"active": False, "speed_gbps": 0}
    first["nvlinks"][4] |= {"crc_errors": 5, "replay_errors": 6, "recovery_errors": 7}
    first["fabric"]["state"] = "in_progress"
    second |= {"lost": True}
    found = read(h100)["gpus"]
    assert {key: found[0][key] for key in SAME} == {key: first[key] for key in SAME}
    assert found[0]["ecc"]["dram_uncorrectable"] == 2
    check_links(found[0]["nvlinks"], first["nvlinks"])
    assert found[0]["fabric"]["state"] == "In Progress"
    assert (found[1]["bdf"], found[1]["error"], found[1]["uuid"]) == (
        second["bdf"],
        "GPU is lost",
        "",
    )
    assert [gpu["error"] for gpu in found[2:]] == [""] * 6


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"module_loaded": False}, "NVML_ERROR_DRIVER_NOT_LOADED"),
        ({"library_version": "535.274.02"}, "NVML_ERROR_LIB_RM_VERSION_MISMATCH"),
    ],
)
def test_a_driver_that_does_not_run(h100, read, changed, name):
    h100["driver"] |= changed
    found = read(h100)
    assert found["nvml_error"].startswith(name + ": ")
    assert (found["count"], found["library_version"]) == (8, h100["driver"]["library_version"])
    assert [gpu["bdf"] for gpu in found["gpus"]] == [gpu["bdf"] for gpu in h100["gpus"]]
