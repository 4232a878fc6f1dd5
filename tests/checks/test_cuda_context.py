"""The program that asks for a context on each GPU, and what is made of its answer."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.state import healthy_state
from podsys.lab.nvml_build import ensure_nvml_library
from tests.lab_unit.hardware.hardware_sample import PLATFORMS

FOLDER = Path(__file__).parents[2] / "checks" / "gpu"
State = dict[str, Any]


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cuda_check", FOLDER / "test_cuda_context.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's, by the name of the real one."""
    folder = tmp_path_factory.mktemp("cuda")
    (folder / "libcuda.so.1").symlink_to(ensure_nvml_library(folder / "nvml"))
    return folder


def ask(library: Path, view: Path, state: State | None) -> dict[str, Any]:
    """As on a node; how many GPUs are on PCI is of no interest here."""
    if state:
        view.write_text(nvml_view(state))
    text = (
        f"import sys; sys.path.insert(0, {str(FOLDER)!r});"
        "import cuda_context, json; print(json.dumps(cuda_context.try_all(20)))"
    )
    environment = os.environ | {"LD_LIBRARY_PATH": str(library), "PODSYS_NVML": str(view)}
    done = subprocess.run(
        [sys.executable, "-c", text],
        env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return {"here": 8, "library": "", **json.loads(done.stdout)}


def test_a_context_on_each(library: Path, tmp_path: Path, check: ModuleType) -> None:
    state = healthy_state(PLATFORMS["hgx-h100"], "n1")
    found = ask(library, tmp_path / "view", state)
    assert [one["error"] for one in found["devices"]] == [""] * 8
    check.judge(found)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("gpus", 3, "fabric", "state"), "in_progress", "GPU 3: CUDA_ERROR_SYSTEM_NOT_READY"),
        (("gpus", 5, "lost"), True, "GPU 5: CUDA_ERROR_UNKNOWN"),
        (("driver", "library_version"), "535.309.01", "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"),
        (("driver", "module_loaded"), False, "CUDA_ERROR_NO_DEVICE"),
    ],
)
def test_what_is_broken_is_named(
    library: Path, tmp_path: Path, check: ModuleType, path: tuple[Any, ...], value: Any, said: str
) -> None:
    state: Any = healthy_state(PLATFORMS["hgx-h100"], "n1")
    place = state
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(AssertionError, match=said):
        check.judge(ask(library, tmp_path / "view", state))


def test_gpus_that_cuda_does_not_see_are_missed(check: ModuleType) -> None:
    devices = [{"index": 0, "error": ""}]
    with pytest.raises(AssertionError, match="CUDA sees 1 of 2 GPUs"):
        check.judge({"here": 2, "devices": devices})


def test_a_gpu_in_use_by_others_is_not_known(check: ModuleType) -> None:
    busy = {"index": 0, "error": "CUDA_ERROR_DEVICE_UNAVAILABLE", "busy": True}
    with pytest.raises(RuntimeError, match="in use by others"):
        check.judge({"here": 1, "devices": [busy]})
    lost = {"index": 1, "error": "CUDA_ERROR_UNKNOWN", "busy": False}
    with pytest.raises(AssertionError, match="GPU 1"):
        check.judge({"here": 2, "devices": [busy, lost]})


def test_without_the_library_there_is_nothing_to_ask(tmp_path: Path) -> None:
    found = ask(tmp_path, tmp_path / "view", None)
    assert found["library"] == "there is no libcuda.so.1"


def test_a_driver_that_hangs_costs_its_own_process_only(tmp_path: Path) -> None:
    text = (
        f"import sys, time; sys.path.insert(0, {str(FOLDER)!r});"
        "import cuda_context as c, json;"
        "print(json.dumps(c.in_processes([lambda: time.sleep(60), lambda: {'error': ''}], 1)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=30, check=True
    )
    hung = {"error": "no answer from the driver in time"}
    assert json.loads(done.stdout) == [hung, {"error": ""}]
