"""The driver in /proc, its modules in /sys, its services."""

from __future__ import annotations

from typing import Any

from podsys.lab.hardware.modules import module_files
from podsys.lab.hardware.proc_driver import proc_driver_files
from podsys.lab.hardware.services import list_commands
from podsys.lab.hardware.software import software_files

State = dict[str, Any]
GPU0 = "/proc/driver/nvidia/gpus/0000:1a:00.0/information"
START = ["systemctl", "start", "nvidia-fabricmanager.service"]
STOP = ["systemctl", "stop", "nvidia-fabricmanager.service"]


def text_of(entry: object) -> str:
    assert isinstance(entry, bytes)
    return entry.decode()


def test_the_version_says_whether_the_module_is_open(h100: State) -> None:
    first = text_of(proc_driver_files(h100)["/proc/driver/nvidia/version"]).splitlines()[0]
    assert first == (
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  535.261.03  Release Build"
    )
    h100["driver"]["open"] = False
    version = text_of(proc_driver_files(h100)["/proc/driver/nvidia/version"])
    assert version.startswith("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.261.03  ")


def test_each_gpu_that_is_plugged_in_has_its_page(h100: State) -> None:
    h100["devices"][h100["gpus"][1]["bdf"]]["present"] = False
    files = proc_driver_files(h100)
    pages = [path for path in files if path.endswith("/information")]
    assert len(pages) == 7
    lines = text_of(files[GPU0]).splitlines()
    assert lines[0] == "Model:\t\t NVIDIA H100 80GB HBM3"
    assert f"GPU UUID:\t {h100['gpus'][0]['uuid']}" in lines
    assert "Bus Location:\t 0000:1a:00.0" in lines


def test_a_module_that_is_not_loaded_takes_all_above_it_along(h100: State) -> None:
    h100["driver"]["module_loaded"] = False
    assert proc_driver_files(h100) == {}
    names = {path.split("/")[3] for path in module_files(h100)}
    assert names == {"ib_core", "ib_uverbs", "mlx5_core", "mlx5_ib"}


def test_modules_show_version_and_parameters(h100: State) -> None:
    h100["parameters"] = {"nvidia": {"NVreg_OpenRmEnableUnsupportedGpus": 1}}
    h100["modules"] |= {"nvidia_peermem": None, "nouveau": ""}
    files = module_files(h100)
    assert files["/sys/module/nvidia/version"] == b"535.261.03\n"
    assert files["/sys/module/nvidia/initstate"] == b"live\n"
    assert files["/sys/module/nvidia/parameters/NVreg_OpenRmEnableUnsupportedGpus"] == b"1\n"
    assert files["/sys/module/gdrdrv/version"] == b"2.4\n"
    assert "/sys/module/nouveau/initstate" in files
    assert "/sys/module/nouveau/version" not in files
    assert not [path for path in files if "nvidia_peermem" in path]


def test_the_loaded_version_is_shown_not_the_installed_one(h100: State) -> None:
    h100["driver"] |= {"installed_version": "550.1", "library_version": "550.1"}
    assert module_files(h100)["/sys/module/nvidia/version"] == b"535.261.03\n"


def test_amd_has_its_own_module_and_nothing_in_proc(make_state: Any) -> None:
    state = make_state("mi300x")
    assert module_files(state)["/sys/module/amdgpu/version"] == b"6.8.5\n"
    assert proc_driver_files(state) == {}
    assert software_files(state) == {}


def test_fabric_manager_follows_the_state(h100: State) -> None:
    def with_(**values: Any) -> State:
        return h100 | {"fabric_manager": h100["fabric_manager"] | values}

    assert list(list_commands(h100, with_(running=False))) == [STOP]
    assert list(list_commands(h100, with_(version="550.1"))) == [STOP]
    assert list(list_commands(with_(running=False), h100)) == [START]
    assert list(list_commands(h100, h100)) == []
    assert software_files(with_(version="550.1"))["/run/podsys-lab/fabric_manager"] == b"550.1\n"
