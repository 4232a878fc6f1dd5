"""Real driver packages on an emulated node: the emulated driver is of their version."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from podsys.lab.hardware.installed import find_installed, follow_packages
from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.reboot import after_reboot
from podsys.lab.hardware.state import healthy_state
from podsys.lab.image import HARDWARE_OVERLAY
from tests.lab_unit.hardware.hardware_sample import PLATFORMS

NEW = "535.309.01"
PROGRAM = HARDWARE_OVERLAY / "usr/lib/podsys-lab/driver"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A disk on which Debian's package has put its library."""
    folder = tmp_path / "usr/lib/x86_64-linux-gnu/nvidia/current"
    folder.mkdir(parents=True)
    for name in (f"libnvidia-ml.so.{NEW}", "libnvidia-ml.so.1", f"libcuda.so.{NEW}"):
        (folder / name).touch()
    return tmp_path


def test_the_next_boot_loads_what_is_on_disk(root: Path) -> None:
    before = healthy_state(PLATFORMS["h100-pcie"], "n1")
    state = follow_packages(before, root)
    assert find_installed(root) == NEW
    assert state["driver"]["library_version"] == NEW
    assert state["driver"]["module_version"] == before["driver"]["module_version"] != NEW
    booted = after_reboot(state)
    assert booted["driver"]["module_version"] == booted["modules"]["nvidia"] == NEW


def test_without_packages_nothing_is_followed(tmp_path: Path, root: Path) -> None:
    for platform, disk in (("h100-pcie", tmp_path / "empty"), ("mi300x", root)):
        state = healthy_state(PLATFORMS[platform], "n1")
        assert follow_packages(state, disk) == state


@pytest.mark.parametrize(("loaded", "error"), [("535.261.03", 18), (NEW, 0)])
def test_the_library_is_told_at_once(root: Path, loaded: str, error: int) -> None:
    state = healthy_state(PLATFORMS["h100-pcie"], "n1")
    state["driver"] |= {"module_version": loaded, "library_version": loaded}
    view = root / "nvml"
    view.write_text(nvml_view(state))
    script = PROGRAM.read_text().replace("/run/podsys-lab/nvml", str(view))
    script = script.replace("/usr/lib/*", f"{root}/usr/lib/*")
    subprocess.run(["sh", "-c", script], check=True, timeout=20)
    lines = dict(line.split("=", 1) for line in view.read_text().splitlines())
    assert lines["nvml.version"] == f"12.{NEW}"
    assert lines["nvml.error"] == str(error)
    assert lines["driver.version"] == loaded
    assert view.read_text().endswith("end=1\n")
