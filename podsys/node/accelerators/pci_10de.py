"""NVIDIA: what its driver says, through NVML by pynvml, and where that fails, through /proc.

The probe takes pynvml along when its section `gpu` is asked for (podsys/effects/program.py),
with those of its functions that are named in this folder.
"""

from typing import Any, Dict, List

from .. import machine
from ..pci import FOLDER, Device
from ..sysfs import read_some, read_word
from ..values import hexadecimal, word
from . import BLANK_GPU, NO_LIBRARY
from .nvml_gpu import read_gpu
from .questions import Lost, name_error, words_of

NAME = "nvidia"
LIBRARY = "pynvml"
PROC = "/proc/driver/nvidia"
PROC_NAMES = {"Model": "name", "GPU UUID": "uuid", "Video BIOS": "vbios"}


def read(devices: List[Device]) -> Dict[str, Any]:
    facts = {
        "module_loaded": machine.exists("/sys/module/nvidia"),
        "module_version": read_word("/sys/module/nvidia/version"),
    }
    try:
        nvml = __import__(LIBRARY)
    except ImportError:
        return dict(facts, **_read_without(devices, NO_LIBRARY))
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        facts["library_version"] = read_library(nvml)
        return dict(facts, **_read_without(devices, name_error(nvml, error)))
    facts["library_version"] = read_library(nvml)
    facts["cuda_version"] = _read_cuda(nvml)
    gpus = [_read_gpu(nvml, device) for device in devices]
    return dict(facts, count=len(gpus), gpus=gpus)


def read_library(nvml: Any) -> str:
    """NVML's version is the driver's behind CUDA's: 12.535.261.03. Also told when it fails."""
    try:
        return word(nvml.nvmlSystemGetNVMLVersion()).partition(".")[2]
    except (nvml.NVMLError, ValueError):
        return ""


def _read_cuda(nvml: Any) -> str:
    """The newest CUDA that this driver runs: 12020 -> 12.2"""
    try:
        version = int(nvml.nvmlSystemGetCudaDriverVersion_v2())
    except nvml.NVMLError:
        return ""
    return "%d.%d" % (version // 1000, version % 1000 // 10) if 0 < version < 1000000 else ""


def _read_gpu(nvml: Any, device: Device) -> Dict[str, Any]:
    about = _identify(device)
    try:
        return dict(about, **read_gpu(nvml, nvml.nvmlDeviceGetHandleByPciBusId(device.bdf)))
    except nvml.NVMLError as error:
        return dict(about, error=words_of(error))
    except Lost as error:
        return dict(about, error=str(error))


def _identify(device: Device) -> Dict[str, Any]:
    number = hexadecimal(read_word("%s/%s/device" % (FOLDER, device.bdf)))
    return dict(BLANK_GPU, bdf=device.bdf, pci_id="%s:%s" % (device.vendor, number))


def _read_without(devices: List[Device], reason: str) -> Dict[str, Any]:
    """What is on PCI; the module in the kernel knows names even when NVML does not talk to it."""
    gpus = [dict(_identify(device), **_read_proc(device.bdf)) for device in devices]
    return {"nvml_error": reason, "count": len(gpus), "gpus": gpus}


def _read_proc(bdf: str) -> Dict[str, str]:
    """What the driver does not know it fills with question marks."""
    found = {}
    for line in read_some("%s/gpus/%s/information" % (PROC, bdf)).splitlines():
        key, _, value = line.partition(":")
        if key in PROC_NAMES and "?" not in value:
            found[PROC_NAMES[key]] = word(value)
    return found
