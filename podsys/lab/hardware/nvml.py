"""What a node's libnvidia-ml answers from: the state of its NVIDIA GPUs as lines `key=value`.

The library is podsys/lab/nvml. The keys are its own; this file and its neighbours nvml_*.py are
the list of them. Numbers are decimal or hexadecimal; what the state does not say has no line,
and NVML answers "not supported". The last line is `end=1`, so that half a file is seen as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from podsys.lab.hardware.nvml_codes import DRIVER_NOT_LOADED, VERSION_MISMATCH, code_of
from podsys.lab.hardware.nvml_gpu import list_gpu_lines
from podsys.lab.hardware.nvml_places import find_driven

State = Mapping[str, Any]


def nvml_view(state: State) -> str:
    """The whole view; empty where the machine has no NVIDIA driver to ask."""
    if state["driver"].get("vendor", "nvidia") != "nvidia":
        return ""
    gpus = find_driven(state)
    lines = [*list_system_lines(state), ("gpu.count", len(gpus))]
    for index, gpu in enumerate(gpus):
        lines += ((f"gpu.{index}.{key}", value) for key, value in list_gpu_lines(state, gpu, gpus))
    lines.append(("end", 1))
    return "".join(f"{key}={show(value)}\n" for key, value in lines)


def list_system_lines(state: State) -> Iterator[tuple[str, object]]:
    driver = state["driver"]
    cuda = [int(part) for part in str(driver.get("cuda_version") or "0.0").split(".")[:2]]
    yield "nvml.error", find_error(driver)
    yield "nvml.version", f"{cuda[0]}.{driver['library_version']}"
    yield "driver.version", driver["module_version"]
    yield "cuda.version", cuda[0] * 1000 + (cuda[1] if len(cuda) > 1 else 0) * 10


def find_error(driver: Mapping[str, Any]) -> int:
    """What the library says to a process that begins to use it."""
    if driver.get("nvml_error"):
        return code_of(driver["nvml_error"])
    if not driver["module_loaded"]:
        return DRIVER_NOT_LOADED
    return VERSION_MISMATCH if driver["library_version"] != driver["module_version"] else 0


def show(value: object) -> str:
    """A value in one line."""
    return str(int(value)) if isinstance(value, bool) else " ".join(str(value).split())
