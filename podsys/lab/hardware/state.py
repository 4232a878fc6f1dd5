"""The state of a node's emulated hardware: one dictionary, from which everything is rendered.

It lives in the node's folder on the host as hardware.json. `lab break` edits it, `lab heal`
puts the healthy one back, and a reboot undoes what only lived until then (reboot.py).
"""

from __future__ import annotations

from typing import Any

from podsys.lab.hardware.identity import make_code, make_uuid
from podsys.lab.hardware.parts import list_gpus, list_nics
from podsys.lab.hardware.tree import find_devices, list_devices
from podsys.model.platform import Platform

State = dict[str, Any]

# Shown wherever a report shows the firmware, so that nobody takes the node for a real one.
BIOS_VENDOR = "podsys lab (emulated)"


def healthy_state(platform: Platform, node: str) -> State:
    """What a good node of this platform is like. The same name gives the same serial numbers."""
    devices = list_devices(platform)
    return {
        "platform": platform.id,
        "node": node,
        "cpu": platform.cpu.model_dump(),
        "devices": devices,
        "gpus": list_gpus(platform, node, find_devices(devices, "gpu")),
        "nics": list_nics(platform, node, find_devices(devices, "nic")),
        "driver": _driver(platform),
        "modules": _modules(platform),
        "fabric_manager": _fabric_manager(platform),
        "iommu": {"type": "identity", "on": True},
        "aspm_policy": "performance",
        "dmi": _dmi(platform, node),
        "dimms": _dimms(platform),
        "kmsg": [],
    }


def _driver(platform: Platform) -> dict[str, Any]:
    """`installed_version`: the package on disk, which the next boot loads."""
    driver, there = platform.driver, platform.gpus is not None
    return {
        "vendor": platform.gpus.vendor if platform.gpus else "",
        "module_loaded": there,
        "module_version": driver.version,
        "library_version": driver.version,
        "installed_version": driver.version,
        "cuda_version": driver.cuda,
        "open": driver.open,
        "nvml_error": "",
    }


def _modules(platform: Platform) -> dict[str, str]:
    """Loaded modules; the version is empty where the module declares none."""
    version = platform.driver.version
    found: dict[str, str] = {}
    if platform.nics:
        found |= dict.fromkeys(("ib_core", "ib_uverbs", "mlx5_core", "mlx5_ib"), "")
    if platform.gpus and platform.gpus.vendor == "nvidia":
        found |= {"nvidia": version, "nvidia_modeset": version, "nvidia_uvm": version}
        found |= {"nvidia_peermem": version, "gdrdrv": platform.driver.gdrcopy}
    if platform.gpus and platform.gpus.vendor == "amd":
        found["amdgpu"] = version
    return found


def _fabric_manager(platform: Platform) -> dict[str, Any]:
    version = platform.driver.fabric_manager
    return {"running": bool(version), "version": version}


def _dmi(platform: Platform, node: str) -> dict[str, str]:
    dmi = platform.dmi
    return {
        "vendor": dmi.vendor,
        "product": dmi.product,
        "serial": dmi.serial_prefix + make_code(node, "serial", 7),
        "uuid": make_uuid(node, "system"),
        "board": dmi.product,
        "bios_vendor": BIOS_VENDOR,
        "bios_version": dmi.bios_version,
        "bios_date": dmi.bios_date,
    }


def _dimms(platform: Platform) -> list[dict[str, Any]]:
    dimms = platform.dmi.dimms
    return [
        {
            "slot": f"DIMM {chr(ord('A') + index // 16)}{index % 16 + 1}",
            "size_gib": dimms.size_gib,
            "speed_mts": dimms.speed_mts,
            "present": True,
        }
        for index in range(dimms.count)
    ]
