"""NVML's lines about a GPU's links: PCI Express and NVLink."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from podsys.lab.hardware.topology import list_above, list_reachable

Line = tuple[str, object]
Gpu = Mapping[str, Any]
Devices = Mapping[str, dict[str, Any]]

GENERATIONS = {2.5: 1, 5.0: 2, 8.0: 3, 16.0: 4, 32.0: 5, 64.0: 6}
TO_GPU, TO_SWITCH = 0, 2


def list_pcie_lines(gpu: Gpu, devices: Devices) -> Iterator[Line]:
    """The link is as slow as the GPU or its place says, whichever is slower."""
    device = devices[gpu["bdf"]]
    most = find_generation(device["max_speed_gts"])
    partner = [
        find_generation(devices[bdf]["max_speed_gts"])
        for bdf in list_above(devices, gpu["bdf"])[:1]
    ]
    yield "pcie.gen", min(gpu["pcie_gen"], find_generation(device["speed_gts"]))
    yield "pcie.max_gen", min(most, *partner)
    yield "pcie.gpu_max_gen", most
    yield "pcie.width", min(gpu["pcie_width"], device["width"])
    yield "pcie.max_width", device["max_width"]
    yield "pcie.replays", gpu["pcie_replays"]
    for name in ("correctable", "nonfatal", "fatal"):
        yield f"pcie.{name}", device["aer"][name]


def find_generation(gts: float) -> int:
    """The generation of PCI Express that has this speed."""
    return GENERATIONS[float(gts)]


def list_nvlink_lines(gpu: Gpu, gpus: Sequence[Gpu], devices: Devices) -> Iterator[Line]:
    """Speeds in MB/s in one direction."""
    links = gpu["nvlinks"]
    kind, ends = find_ends(gpu, gpus, devices)
    yield "nvlink.count", len(links)
    for number, link in enumerate(links):
        name = f"nvlink.{number}"
        yield f"{name}.active", link["active"]
        yield f"{name}.speed", round(link["speed_gbps"] * 1000)
        for counter in ("crc", "replay", "recovery"):
            yield f"{name}.{counter}", link[f"{counter}_errors"]
        if link["active"] and ends:
            end = ends[number * len(ends) // len(links)]
            yield f"{name}.remote.type", kind
            yield f"{name}.remote.bdf", end
            yield f"{name}.remote.id", f"0x{devices[end]['device']}{devices[end]['vendor']}"


def find_ends(gpu: Gpu, gpus: Sequence[Gpu], devices: Devices) -> tuple[int, list[str]]:
    """The other ends: all NVSwitches share a GPU's links; without one, GPUs go in pairs."""
    there = list_reachable(devices)
    switches = [bdf for bdf, device in there.items() if device["kind"] == "nvswitch"]
    pair = [other["bdf"] for other in gpus if other["index"] == gpu["index"] ^ 1]
    return (TO_SWITCH, switches) if switches else (TO_GPU, pair)
