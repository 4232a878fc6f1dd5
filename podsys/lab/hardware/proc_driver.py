"""The NVIDIA driver in /proc/driver/nvidia: its version, its parameters, and each GPU.

Layout: NVIDIA driver README, chapter "Using the /proc file system interface".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podsys.lab.hardware.files import Entry, Files
from podsys.lab.hardware.sysfs import State
from podsys.lab.hardware.topology import list_reachable

FOLDER = "/proc/driver/nvidia"
MAKERS = {
    True: "NVIDIA UNIX Open Kernel Module for x86_64",
    False: "NVIDIA UNIX x86_64 Kernel Module",
}
COMPILER = "gcc version 12.2.0 (Debian 12.2.0-14)"
# What the driver was loaded with: its defaults.
PARAMETERS = {
    "ResmanDebugLevel": 4294967295,
    "RmLogonRC": 1,
    "ModifyDeviceFiles": 1,
    "DeviceFileUID": 0,
    "DeviceFileGID": 0,
    "DeviceFileMode": 438,
    "InitializeSystemMemoryAllocations": 1,
    "UsePageAttributeTable": 4294967295,
    "EnableMSI": 1,
    "EnablePCIeGen3": 0,
    "MemoryPoolSize": 0,
    "EnableStreamMemOPs": 0,
    "EnableUserNUMAManagement": 1,
    "NvLinkDisable": 0,
    "EnablePCIERelaxedOrderingMode": 0,
    "EnableGpuFirmware": 18,
    "DynamicPowerManagement": 3,
    "PreserveVideoMemoryAllocations": 0,
}


def proc_driver_files(state: State) -> Files:
    """Nothing where the module is not loaded."""
    driver = state["driver"]
    if driver["vendor"] != "nvidia" or not driver["module_loaded"]:
        return {}
    version = f"NVRM version: {MAKERS[driver['open']]}  {driver['module_version']}  Release Build"
    params = "".join(f"{name}: {value}\n" for name, value in PARAMETERS.items())
    files: dict[str, Entry] = {
        f"{FOLDER}/version": f"{version}\nGCC version:  {COMPILER}\n".encode(),
        f"{FOLDER}/params": f'{params}RegistryDwords: ""\n'.encode(),
        f"{FOLDER}/registry": b'Binary: ""\n',
    }
    there = list_reachable(state["devices"])
    for gpu in state["gpus"]:
        if gpu["bdf"] in there:
            files[f"{FOLDER}/gpus/{gpu['bdf']}/information"] = show_gpu(gpu)
    return files


def show_gpu(gpu: Mapping[str, Any]) -> bytes:
    rows = {
        "Model": f"\t\t {gpu['name']}",
        "IRQ": f"  \t\t {100 + gpu['index']}",
        "GPU UUID": f"\t {gpu['uuid']}",
        "Video BIOS": f"\t {gpu['vbios']}",
        "Bus Type": "\t PCIe",
        "DMA Size": "\t 52 bits",
        "DMA Mask": "\t 0xfffffffffffff",
        "Bus Location": f"\t {gpu['bdf']}",
        "Device Minor": f"\t {gpu['index']}",
        "GPU Excluded": "\t No",
    }
    return "".join(f"{name}:{value}\n" for name, value in rows.items()).encode()
