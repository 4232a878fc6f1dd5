"""NVML's lines about one GPU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from podsys.lab.hardware import nvml_codes as codes
from podsys.lab.hardware.nvml_links import list_nvlink_lines, list_pcie_lines
from podsys.lab.hardware.nvml_load import list_clock_lines, list_power_lines, list_temperature_lines
from podsys.lab.hardware.nvml_models import load_model
from podsys.lab.hardware.nvml_places import measure_distance

Line = tuple[str, object]
Gpu = Mapping[str, Any]
Device = Mapping[str, Any]

ECC_PLACES = ("sram", "dram")
ECC_TYPES = {"corrected": "correctable", "uncorrected": "uncorrectable"}


def list_gpu_lines(state: Mapping[str, Any], gpu: Gpu, gpus: Sequence[Gpu]) -> list[Line]:
    """All about one GPU; what its model says gives way to what the state says."""
    devices = state["devices"]
    device = devices[gpu["bdf"]]
    model = load_model(f"{device['vendor']}:{device['device']}")
    lines = [
        ("error", find_error(gpu, device)),
        *list_identity_lines(gpu, device, state["driver"]),
        *list_pcie_lines(gpu, devices),
        *list_mode_lines(gpu),
        *list_memory_lines(gpu),
        *list_clock_lines(gpu, model),
        *list_power_lines(gpu),
        *list_temperature_lines(gpu, model),
        *list_process_lines(gpu),
        *list_nvlink_lines(gpu, gpus, devices),
        *list_fabric_lines(gpu),
        *list_path_lines(gpu, gpus, devices),
    ]
    return list({**model, **dict(lines)}.items())


def find_error(gpu: Gpu, device: Device) -> int:
    """What every call about it returns."""
    if gpu["lost"] or device["gone"]:
        return codes.GPU_IS_LOST
    return codes.code_of(gpu["error"]) if gpu["error"] else 0


def list_identity_lines(gpu: Gpu, device: Device, driver: Device) -> Iterator[Line]:
    for key in ("name", "uuid", "serial", "vbios"):
        yield key, gpu[key]
    yield "minor", gpu["index"]
    yield "module", gpu["index"] + 1
    yield "board.id", int(gpu["bdf"][5:7], 16) << 8
    yield "pci.bdf", gpu["bdf"]
    yield "pci.id", f"0x{device['device']}{device['vendor']}"
    vendor, subsystem = device["subsystem"].split(":")
    yield "pci.subsystem", f"0x{subsystem}{vendor}"
    yield "pci.class", f"0x{device['class']}"
    yield "numa", device["numa"]
    if driver["open"]:
        yield "gsp", driver["module_version"]


def list_mode_lines(gpu: Gpu) -> Iterator[Line]:
    yield "persistence", gpu["persistence"]
    yield "compute_mode", codes.number_of(codes.COMPUTE_MODES, gpu["compute_mode"])
    yield "mig", gpu["mig"]
    yield "mig.pending", gpu["mig"]
    yield "ecc.mode", gpu["ecc"]["mode"]
    yield "ecc.pending", gpu["ecc"]["mode"]


def list_memory_lines(gpu: Gpu) -> Iterator[Line]:
    """MiB, errors, and rows that were remapped because of them."""
    yield "memory.total", gpu["memory_mib"]
    yield "memory.used", sum(process["memory_mib"] for process in gpu["processes"])
    for counter in ("volatile", "aggregate"):
        for place in ECC_PLACES:
            for kind, name in ECC_TYPES.items():
                yield f"ecc.{counter}.{place}.{kind}", gpu["ecc"][counter][f"{place}_{name}"]
    for name, value in (gpu["remapped"] or {}).items():
        yield f"remapped.{name}", value


def list_process_lines(gpu: Gpu) -> Iterator[Line]:
    yield "processes", len(gpu["processes"])
    for number, process in enumerate(gpu["processes"]):
        yield f"process.{number}.pid", process["pid"]
        yield f"process.{number}.name", process["name"]
        yield f"process.{number}.memory", process["memory_mib"]


def list_fabric_lines(gpu: Gpu) -> Iterator[Line]:
    fabric = gpu["fabric"]
    if fabric:
        yield "fabric.state", codes.number_of(codes.FABRIC_STATES, fabric["state"])
        yield "fabric.status", codes.code_of(fabric["status"] or "success")
        yield "fabric.clique", fabric["clique"]
        yield "fabric.uuid", fabric["uuid"]


def list_path_lines(gpu: Gpu, gpus: Sequence[Gpu], devices: Mapping[str, Any]) -> Iterator[Line]:
    """How far it is from each of the others, which NVML calls by their present indices."""
    for index, other in enumerate(gpus):
        if other is not gpu:
            yield f"path.{index}", measure_distance(devices, gpu["bdf"], other["bdf"])
