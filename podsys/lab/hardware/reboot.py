"""What a reboot does to emulated hardware.

Software starts afresh: the installed driver is loaded, counters begin at zero, processes and
clock locks are gone, the kernel log is empty, a GPU that fell off the bus is found again, and
rows to be remapped are. What the firmware set up (payloads, ACS, links) and what is broken
(an NVLink, a GPU or DIMM that is not there, a failed remapping, a slowdown) stays. What tools
wrote into configuration space is lost because the files are rendered anew.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

State = dict[str, Any]

DRIVER_MODULES = frozenset(
    {"nvidia", "nvidia_drm", "nvidia_modeset", "nvidia_peermem", "nvidia_uvm", "amdgpu"}
)


def after_reboot(state: State) -> State:
    """A new state; the old one is not touched."""
    new = deepcopy(state)
    new["kmsg"] = []
    load_driver(new)
    new["fabric_manager"]["running"] = bool(new["fabric_manager"]["version"])
    for device in new["devices"].values():
        device["gone"] = False
        device["aer"] = dict.fromkeys(device["aer"], 0)
    for gpu in new["gpus"]:
        _restart_gpu(gpu, registered=_can_register(new))
    for nic in new["nics"]:
        nic["counters"] = dict.fromkeys(nic["counters"], 0)
    return new


def load_driver(state: State) -> None:
    """The one on disk, unless there is none or another driver took the GPUs first."""
    driver, modules = state["driver"], state["modules"]
    version = driver["installed_version"]
    driver |= {"module_loaded": bool(version) and "nouveau" not in modules, "nvml_error": ""}
    driver["module_version"] = version if driver["module_loaded"] else ""
    for name in DRIVER_MODULES & set(modules):
        modules[name] = version


def _can_register(state: State) -> bool:
    """Fabric manager serves a driver of exactly its own version."""
    manager = state["fabric_manager"]
    return bool(manager["running"] and manager["version"] == state["driver"]["module_version"])


def _restart_gpu(gpu: dict[str, Any], *, registered: bool) -> None:
    gpu |= {"lost": False, "error": "", "compute_mode": "default", "processes": []}
    gpu |= {"pcie_replays": 0, "utilisation": 0}
    if gpu["clocks"]["locked"] is not None:
        gpu["clocks"] |= {"locked": None, "sm": gpu["clocks"]["max_sm"]}
    gpu["ecc"]["volatile"] = dict.fromkeys(gpu["ecc"]["volatile"], 0)
    gpu["remapped"]["pending"] = False
    for link in gpu["nvlinks"]:
        link |= {"crc_errors": 0, "replay_errors": 0, "recovery_errors": 0}
    if gpu["fabric"] and registered:
        gpu["fabric"] |= {"state": "completed", "status": "success"}
