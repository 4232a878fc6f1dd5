"""What root sets is seen by every program, and by whoever renders the view next."""

from __future__ import annotations

import os

import pytest

from podsys.lab.hardware.nvml import nvml_view
from tests.lab_unit.nvml.nvml_client import Nvml, gpu

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may set")


@pytest.fixture
def broken(start, h100):
    h100["gpus"][0] |= {"persistence": False, "compute_mode": "prohibited", "mig": True}
    h100["gpus"][0] |= {"power_limit_w": 300}
    h100["gpus"][0]["clocks"]["locked"] = 1200
    h100["gpus"][0]["ecc"]["volatile"] = dict.fromkeys(h100["gpus"][0]["ecc"]["volatile"], 7)
    return start(h100)


def test_everything_is_set_right(broken, h100):
    broken.call("nvmlDeviceSetPersistenceMode", gpu(0), 1)
    broken.call("nvmlDeviceSetComputeMode", gpu(0), 0)
    assert broken.call("nvmlDeviceSetMigMode", gpu(0), 0) == 0
    broken.call("nvmlDeviceResetGpuLockedClocks", gpu(0))
    broken.call("nvmlDeviceSetPowerManagementLimit", gpu(0), 700000)
    broken.call("nvmlDeviceClearEccErrorCounts", gpu(0), 0)
    assert broken.call("nvmlDeviceGetPersistenceMode", gpu(0)) == 1
    assert broken.call("nvmlDeviceGetComputeMode", gpu(0)) == 0
    assert broken.call("nvmlDeviceGetMigMode", gpu(0)) == [0, 0]
    assert broken.call("nvmlDeviceGetClockInfo", gpu(0), 1) == 1980
    assert broken.call("nvmlDeviceGetCurrentClocksEventReasons", gpu(0)) == 0
    assert broken.call("nvmlDeviceGetPowerManagementLimit", gpu(0)) == 700000
    assert broken.fields(0, 3, 4) == [0, 0]


def test_the_rest_of_the_view_stays(broken, h100):
    before = broken.view.read_text().splitlines()
    broken.call("nvmlDeviceSetPersistenceMode", gpu(0), 1)
    after = broken.view.read_text().splitlines()
    changed = [line for line, was in zip(after, before, strict=True) if line != was]
    assert changed == ["gpu.0.persistence=1"]
    assert [path.name for path in broken.view.parent.iterdir()] == [broken.view.name]


def test_another_program_sees_it(broken, library):
    other = Nvml(library, broken.view)
    other.call("nvmlInit")
    assert other.call("nvmlDeviceGetPersistenceMode", gpu(0)) == 0
    broken.call("nvmlDeviceSetPersistenceMode", gpu(0), 1)
    assert other.call("nvmlDeviceGetPersistenceMode", gpu(0)) == 1
    other.close()


def test_clocks(broken):
    broken.call("nvmlDeviceSetGpuLockedClocks", gpu(1), 345, 900)
    assert broken.call("nvmlDeviceGetClockInfo", gpu(1), 0) == 900
    broken.call("nvmlDeviceSetApplicationsClocks", gpu(1), 2619, 600)
    assert broken.call("nvmlDeviceGetClockInfo", gpu(1), 0) == 600
    broken.call("nvmlDeviceResetApplicationsClocks", gpu(1))
    broken.call("nvmlDeviceResetGpuLockedClocks", gpu(1))
    assert broken.call("nvmlDeviceGetClockInfo", gpu(1), 0) == 1980


def test_ecc_waits_for_a_reset(broken):
    broken.call("nvmlDeviceSetEccMode", gpu(1), 0)
    assert broken.call("nvmlDeviceGetEccMode", gpu(1)) == [1, 0]


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("nvmlDeviceSetPersistenceMode", [2], 2),
        ("nvmlDeviceSetComputeMode", [1], 3),
        ("nvmlDeviceSetComputeMode", [4], 2),
        ("nvmlDeviceSetMigMode", [2], 2),
        ("nvmlDeviceSetEccMode", [2], 2),
        ("nvmlDeviceSetGpuLockedClocks", [900, 345], 2),
        ("nvmlDeviceSetApplicationsClocks", [2619, 1981], 2),
        ("nvmlDeviceSetApplicationsClocks", [1, 1980], 2),
        ("nvmlDeviceSetPowerManagementLimit", [199999], 2),
        ("nvmlDeviceSetPowerManagementLimit", [700001], 2),
        ("nvmlDeviceClearEccErrorCounts", [2], 2),
    ],
)
def test_what_cannot_be_set(broken, name, args, code):
    before = broken.view.read_text()
    assert broken.code(name, gpu(0), *args) == code
    assert broken.view.read_text() == before


def test_nothing_is_set_on_a_lost_gpu(broken, h100):
    assert broken.call("nvmlDeviceGetIndex", gpu(0)) == 0
    h100["gpus"][0]["lost"] = True
    broken.show(nvml_view(h100))
    assert broken.code("nvmlDeviceSetPersistenceMode", gpu(0), 1) == 15


def test_only_root_sets(broken):
    assert broken.call("nvmlDeviceGetIndex", gpu(0)) == 0
    broken.call("become", 65534)
    try:
        assert broken.code("nvmlDeviceSetPersistenceMode", gpu(0), 1) == 4
    finally:
        broken.call("become", 0)
