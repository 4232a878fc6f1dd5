"""NVML's numbers for what the state says in words."""

from __future__ import annotations

from collections.abc import Mapping

GPU_IS_LOST = 15
DRIVER_NOT_LOADED = 9
VERSION_MISMATCH = 18
UNKNOWN = 999

RETURNS = {
    "success": 0,
    "not_supported": 3,
    "insufficient_permissions": 4,
    "not_found": 6,
    "driver_not_loaded": DRIVER_NOT_LOADED,
    "timeout": 10,
    "gpu_is_lost": GPU_IS_LOST,
    "gpu_requires_reset": 16,
    "driver/library_version_mismatch": VERSION_MISMATCH,
    "in_use_by_another_client": 19,
    "insufficient_memory": 20,
    "insufficient_resources": 23,
    "not_ready": 27,
    "unknown_error": UNKNOWN,
}
COMPUTE_MODES = {"default": 0, "prohibited": 2, "exclusive_process": 3}
FABRIC_STATES = {"not_supported": 0, "not_started": 1, "in_progress": 2, "completed": 3}
# What holds the clocks down: bits.
THROTTLES = {
    "idle": 0x1,
    "app_clocks": 0x2,
    "sw_power": 0x4,
    "hw_slowdown": 0x8,
    "sync_boost": 0x10,
    "sw_thermal": 0x20,
    "hw_thermal": 0x40,
    "hw_power_brake": 0x80,
    "display_clocks": 0x100,
}


def number_of(names: Mapping[str, int], name: object) -> int:
    """NVML's number for a name, however it is written; a number stands for itself."""
    if isinstance(name, int):
        return int(name)
    tidy = str(name).strip().lower().replace(" ", "_").replace("-", "_")
    if tidy not in names:
        raise ValueError(f"NVML does not know {name!r}; it knows {', '.join(names)}.")
    return names[tidy]


def code_of(text: object) -> int:
    """The code that NVML returns for an error in words; any other error is unknown to it."""
    try:
        return number_of(RETURNS, text)
    except ValueError:
        return UNKNOWN
