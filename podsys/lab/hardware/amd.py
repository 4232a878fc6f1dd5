"""AMD GPUs as the amdgpu driver shows them in sysfs, at the PCI device and in /sys/class/drm.

Layout: Linux Documentation/gpu/amdgpu (driver-misc, ras, thermal).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from podsys.lab.hardware.files import Entry, Files
from podsys.lab.hardware.sysfs import State, line, list_driven, place

Gpu = Mapping[str, Any]
MIB = 1 << 20
# Card numbers start behind the display of the machine's own management controller.
FIRST_CARD = 1
# What the driver counts errors of, and which of a state's counts stand behind it.
BLOCKS = {"umc": "dram", "gfx": "sram", "sdma": "", "mmhub": "", "xgmi_wafl": ""}


def amd_files(state: State) -> Files:
    """Nothing where amdgpu is not loaded or a GPU does not answer it."""
    files: dict[str, Entry] = {}
    if state["driver"]["vendor"] != "amd":
        return files
    for gpu, device in list_driven(state, "gpus"):
        if gpu["lost"]:
            continue
        card, sensors = FIRST_CARD + gpu["index"], f"hwmon/hwmon{gpu['index']}"
        parts = {**show_identity(gpu), **show_load(gpu), **show_errors(gpu["ecc"])}
        parts |= {f"{sensors}/{name}": value for name, value in show_sensors(gpu).items()}
        files |= {f"{device}/{name}": line(value) for name, value in parts.items()}
        files |= place(device, "drm", f"card{card}", {"dev": line(f"226:{card}")})
    return files


def show_identity(gpu: Gpu) -> dict[str, object]:
    memory = gpu["memory_mib"] * MIB
    return {
        "unique_id": sha256(gpu["uuid"].encode()).hexdigest()[:16],
        "serial_number": gpu["serial"],
        "product_name": gpu["name"],
        "vbios_version": gpu["vbios"],
        "mem_info_vram_total": memory,
        "mem_info_vis_vram_total": memory,
        "mem_info_vram_vendor": "hynix",
        "current_compute_partition": gpu.get("compute_partition", "SPX"),
        "available_compute_partition": "SPX, DPX, QPX, CPX",
        "current_memory_partition": gpu.get("memory_partition", "NPS1"),
    }


def show_load(gpu: Gpu) -> dict[str, object]:
    """What runs on it and how fast; `*` marks the current clock."""
    used = sum(process["memory_mib"] for process in gpu["processes"])
    clocks = gpu["clocks"]
    return {
        "gpu_busy_percent": gpu["utilisation"],
        "mem_busy_percent": 0,
        "mem_info_vram_used": (used + 283) * MIB,
        "pp_dpm_sclk": show_clocks(132, clocks["sm"], clocks["max_sm"]),
        "pp_dpm_mclk": show_clocks(900, clocks["mem"], clocks["max_mem"]),
        "power_dpm_force_performance_level": "auto" if clocks["locked"] is None else "manual",
        "pcie_replay_count": gpu["pcie_replays"],
    }


def show_clocks(lowest: int, now: int, highest: int) -> str:
    steps = sorted({lowest, now, highest})
    marks = (f"{n}: {mhz}Mhz{' *' if mhz == now else ''}" for n, mhz in enumerate(steps))
    return "\n".join(marks)


def show_errors(ecc: Mapping[str, Any]) -> dict[str, object]:
    """Errors of each block of the chip since the driver was loaded."""
    found = ecc["volatile"]
    files: dict[str, object] = {"ras/features": "feature mask: 0x5fff"}
    for block, kind in BLOCKS.items():
        counts = [found.get(f"{kind}_{name}", 0) for name in ("uncorrectable", "correctable")]
        files[f"ras/{block}_err_count"] = "ue: {}\nce: {}".format(*counts)
    return files


def show_sensors(gpu: Gpu) -> dict[str, object]:
    """Microwatts and thousandths of a degree, as everywhere in hwmon."""
    return {
        "name": "amdgpu",
        "power1_average": round(gpu["power_w"] * 1e6),
        "power1_cap": round(gpu["power_limit_w"] * 1e6),
        "power1_cap_default": round(gpu["power_default_w"] * 1e6),
        "temp1_label": "edge",
        "temp1_input": gpu["temperature_c"] * 1000,
        "temp2_label": "junction",
        "temp2_input": gpu["temperature_c"] * 1000,
        "temp3_label": "mem",
        "temp3_input": gpu["temperature_c"] * 1000,
    }
