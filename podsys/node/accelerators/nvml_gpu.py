"""All facts of one GPU that NVML gives."""

from typing import Any, Callable, Dict, List, Optional

from ..values import bounded, word
from .nvlink import read_fabric, read_links
from .questions import COUNT, Questions

MIB = 1 << 20
MOST_MIB = 1 << 24
MOST_MHZ = 20000
MOST_MW = 20000000
MOST_PROCESSES = 200
COMPUTE_MODES = ("default", "exclusive_thread", "prohibited", "exclusive_process")
# By bit, from the lowest, of nvmlClocksEventReasons.
REASONS = (
    "idle",
    "app_clocks",
    "sw_power",
    "hw_slowdown",
    "sync_boost",
    "sw_thermal",
    "hw_thermal",
    "hw_power_brake",
    "display_clocks",
)


def read_gpu(nvml: Any, handle: Any) -> Dict[str, Any]:
    """Lost when it stops answering on the way."""
    gpu = Questions(nvml, handle)
    facts = _read_identity(gpu)
    facts.update(_read_modes(gpu))
    facts.update(_read_health(gpu))
    facts.update(_read_power(gpu))
    facts.update(_read_pcie(gpu))
    facts.update(nvlinks=read_links(gpu), fabric=read_fabric(gpu))
    facts.update(processes=_read_processes(gpu))
    return facts


def _read_identity(gpu: Questions) -> Dict[str, Any]:
    nvml = gpu.nvml
    memory = gpu.ask(nvml.nvmlDeviceGetMemoryInfo)
    return {
        "index": gpu.number(4096, nvml.nvmlDeviceGetIndex),
        "uuid": gpu.word(nvml.nvmlDeviceGetUUID),
        "serial": gpu.word(nvml.nvmlDeviceGetSerial),
        "name": gpu.word(nvml.nvmlDeviceGetName),
        "vbios": gpu.word(nvml.nvmlDeviceGetVbiosVersion),
        "memory_mib": _mib(memory.total) if memory else None,
    }


def _read_modes(gpu: Questions) -> Dict[str, Any]:
    nvml = gpu.nvml
    mode = gpu.number(len(COMPUTE_MODES) - 1, nvml.nvmlDeviceGetComputeMode)
    return {
        "persistence": gpu.flag(nvml.nvmlDeviceGetPersistenceMode),
        "compute_mode": "" if mode is None else COMPUTE_MODES[mode],
        "mig": gpu.flag(nvml.nvmlDeviceGetMigMode),
        "ecc_mode": gpu.flag(nvml.nvmlDeviceGetEccMode),
    }


def _read_health(gpu: Questions) -> Dict[str, Any]:
    rows = gpu.ask(gpu.nvml.nvmlDeviceGetRemappedRows)
    return {
        "ecc": _read_ecc(gpu, gpu.nvml.NVML_VOLATILE_ECC),
        "ecc_total": _read_ecc(gpu, gpu.nvml.NVML_AGGREGATE_ECC),
        "remapped": None if rows is None else {
            "correctable": bounded(rows[0], MOST_MIB),
            "uncorrectable": bounded(rows[1], MOST_MIB),
            "pending": bool(rows[2]),
            "failure": bool(rows[3]),
        },
    }  # fmt: skip


def _read_ecc(gpu: Questions, counter: int) -> Optional[Dict[str, Optional[int]]]:
    """Since the driver was loaded, or over the GPU's whole life; None without ECC."""
    nvml = gpu.nvml
    kinds = {
        "correctable": nvml.NVML_MEMORY_ERROR_TYPE_CORRECTED,
        "uncorrectable": nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
    }
    places = {"sram": nvml.NVML_MEMORY_LOCATION_SRAM, "dram": nvml.NVML_MEMORY_LOCATION_DRAM}
    counts = {
        "%s_%s" % (place, kind): gpu.number(
            COUNT, nvml.nvmlDeviceGetMemoryErrorCounter, kinds[kind], counter, places[place]
        )
        for place in places
        for kind in kinds
    }
    return counts if any(count is not None for count in counts.values()) else None


def _read_power(gpu: Questions) -> Dict[str, Any]:
    """Clocks, what holds them down, and what the GPU takes and gives off."""
    nvml = gpu.nvml
    used = gpu.ask(nvml.nvmlDeviceGetUtilizationRates)
    return {
        "clocks": {
            "sm": gpu.number(MOST_MHZ, nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_SM),
            "mem": gpu.number(MOST_MHZ, nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_MEM),
            "max_sm": gpu.number(MOST_MHZ, nvml.nvmlDeviceGetMaxClockInfo, nvml.NVML_CLOCK_SM),
            "max_mem": gpu.number(MOST_MHZ, nvml.nvmlDeviceGetMaxClockInfo, nvml.NVML_CLOCK_MEM),
        },
        "locked_sm": _read_locked(gpu),
        "throttle": _read_throttle(gpu),
        "power_w": _watts(gpu, nvml.nvmlDeviceGetPowerUsage),
        "power_limit_w": _watts(gpu, nvml.nvmlDeviceGetEnforcedPowerLimit),
        "power_default_w": _watts(gpu, nvml.nvmlDeviceGetPowerManagementDefaultLimit),
        "temperature_c": gpu.number(250, nvml.nvmlDeviceGetTemperature, nvml.NVML_TEMPERATURE_GPU),
        "utilisation_pct": bounded(used.gpu, 100) if used else None,
    }


def _read_locked(gpu: Questions) -> Optional[int]:
    """The clock that applications get, where somebody set it other than the GPU's default."""
    nvml = gpu.nvml
    clock = gpu.number(MOST_MHZ, nvml.nvmlDeviceGetApplicationsClock, nvml.NVML_CLOCK_SM)
    usual = gpu.number(MOST_MHZ, nvml.nvmlDeviceGetDefaultApplicationsClock, nvml.NVML_CLOCK_SM)
    return clock if clock != usual else None


def _read_throttle(gpu: Questions) -> Optional[List[str]]:
    """Drivers before 545 know the question by its older name only."""
    reasons = gpu.number(COUNT, gpu.nvml.nvmlDeviceGetCurrentClocksEventReasons)
    if reasons is None:
        reasons = gpu.number(COUNT, gpu.nvml.nvmlDeviceGetCurrentClocksThrottleReasons)
    if reasons is None:
        return None
    return [name for bit, name in enumerate(REASONS) if (reasons >> bit) & 1]


def _watts(gpu: Questions, question: Callable[..., Any]) -> Optional[float]:
    milliwatts = gpu.number(MOST_MW, question)
    return None if milliwatts is None else milliwatts / 1000


def _read_pcie(gpu: Questions) -> Dict[str, Any]:
    nvml = gpu.nvml
    return {
        "pcie_gen": gpu.number(9, nvml.nvmlDeviceGetCurrPcieLinkGeneration),
        "pcie_max_gen": gpu.number(9, nvml.nvmlDeviceGetMaxPcieLinkGeneration),
        "pcie_width": gpu.number(32, nvml.nvmlDeviceGetCurrPcieLinkWidth),
        "pcie_max_width": gpu.number(32, nvml.nvmlDeviceGetMaxPcieLinkWidth),
        "pcie_replays": gpu.number(COUNT, nvml.nvmlDeviceGetPcieReplayCounter),
    }


def _read_processes(gpu: Questions) -> Optional[List[Dict[str, Any]]]:
    found = gpu.ask(gpu.nvml.nvmlDeviceGetComputeRunningProcesses_v3)
    if found is None:
        return None
    return [
        {
            "pid": int(one.pid),
            "name": _process_name(gpu.nvml, one.pid),
            "memory_mib": _mib(one.usedGpuMemory),
        }
        for one in found[:MOST_PROCESSES]
    ]


def _mib(size: Optional[int]) -> Optional[int]:
    return None if size is None else bounded(size // MIB, MOST_MIB)


def _process_name(nvml: Any, pid: int) -> str:
    try:
        return word(nvml.nvmlSystemGetProcessName(pid))
    except (nvml.NVMLError, ValueError):
        return ""
