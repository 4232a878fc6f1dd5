"""AMD: what the kernel's amdgpu driver shows of each GPU in its PCI device's folder.

Files as in the kernel's Documentation/gpu/amdgpu (driver-misc, thermal, ras); processes from
the topology of amdkfd. Nothing has to be installed for it.
"""

from typing import Any, Dict, List, Optional, Tuple

from .. import machine
from ..pci import FOLDER, Device, is_gone
from ..sysfs import read_some, read_whole, read_word
from ..values import bounded, hexadecimal, whole
from . import BLANK_GPU
from .kfd import read_processes

NAME = "amd"
MIB = 1 << 20
MOST_MIB = 1 << 24
MOST_UW, MOST_MHZ = 20000000000, 20000
GENERATIONS = {"2.5": 1, "5.0": 2, "8.0": 3, "16.0": 4, "32.0": 5, "64.0": 6}
COUNT = 1 << 62


def read(devices: List[Device]) -> Dict[str, Any]:
    return {
        "module_loaded": machine.exists("/sys/module/amdgpu"),
        "module_version": read_word("/sys/module/amdgpu/version"),
        "library_version": read_word("/opt/rocm/.info/version"),
        "count": len(devices),
        "gpus": [_read_gpu(number, device) for number, device in enumerate(devices)],
    }


def _read_gpu(number: int, device: Device) -> Dict[str, Any]:
    folder = "%s/%s" % (FOLDER, device.bdf)
    name = hexadecimal(read_word(folder + "/device"))
    facts = dict(BLANK_GPU, index=number, bdf=device.bdf, pci_id="%s:%s" % (device.vendor, name))
    if is_gone(device.bdf):
        return dict(facts, error="GPU is lost")
    partition = read_word(folder + "/current_compute_partition")
    facts.update(
        uuid=hexadecimal(read_word(folder + "/unique_id")),
        serial=read_word(folder + "/serial_number"),
        name=read_word(folder + "/product_name"),
        vbios=read_word(folder + "/vbios_version"),
        memory_mib=_mib(read_whole(folder + "/mem_info_vram_total")),
        mig=partition != "SPX" if partition else None,
        utilisation_pct=read_whole(folder + "/gpu_busy_percent", 100),
        processes=read_processes(device.bdf),
    )
    facts.update(_read_memory_errors(folder))
    facts.update(_read_clocks(folder))
    facts.update(_read_sensors(folder))
    facts.update(_read_pcie(folder))
    return facts


def _mib(size: Optional[int]) -> Optional[int]:
    return None if size is None else bounded(size // MIB, MOST_MIB)


def _read_memory_errors(folder: str) -> Dict[str, Any]:
    """Errors since the driver was loaded: HBM is umc, everything else lies on the chip."""
    names = [n for n in machine.list_folder(folder + "/ras") if n.endswith("_err_count")]
    if not names:
        return {}
    counts = {name: parse_errors(read_some("%s/ras/%s" % (folder, name))) for name in names}
    memory = counts.pop("umc_err_count", {})
    pages = [line[-1:] for line in read_some(folder + "/ras/gpu_vram_bad_pages").split("\n")]
    return {
        "ecc_mode": True,
        "ecc": {
            "sram_correctable": _sum([count.get("ce") for count in counts.values()]),
            "sram_uncorrectable": _sum([count.get("ue") for count in counts.values()]),
            "dram_correctable": memory.get("ce"),
            "dram_uncorrectable": memory.get("ue"),
        },
        "remapped": {
            "correctable": None,
            "uncorrectable": pages.count("R"),
            "pending": "P" in pages,
            "failure": "F" in pages,
        },
    }


def parse_errors(text: str) -> Dict[str, Optional[int]]:
    """`ue: 0` and `ce: 12`, a line each"""
    pairs = (line.partition(": ") for line in text.splitlines())
    return {kind: whole(count, COUNT) for kind, _, count in pairs}


def _sum(counts: List[Optional[int]]) -> Optional[int]:
    known = [count for count in counts if count is not None]
    return bounded(sum(known), COUNT) if known and len(known) == len(counts) else None


def _read_clocks(folder: str) -> Dict[str, Any]:
    chip = parse_levels(read_some(folder + "/pp_dpm_sclk"))
    memory = parse_levels(read_some(folder + "/pp_dpm_mclk"))
    level = read_word(folder + "/power_dpm_force_performance_level")
    return {
        "clocks": {"sm": chip[0], "mem": memory[0], "max_sm": chip[1], "max_mem": memory[1]},
        "locked_sm": chip[0] if level in ("low", "manual") else None,
    }


def parse_levels(text: str) -> Tuple[Optional[int], Optional[int]]:
    """MHz now and at most, from lines `1: 2100Mhz *` of which the star marks the present one."""
    now, clocks = None, []
    for line in text.splitlines():
        value = line.partition(": ")[2]
        clock = whole(value.rstrip(" *").lower().replace("mhz", ""), MOST_MHZ)
        if clock is not None:
            clocks.append(clock)
            now = clock if value.rstrip().endswith("*") else now
    return now, max(clocks, default=None)


def _read_sensors(folder: str) -> Dict[str, Any]:
    """The hottest place counts; powers are in microwatts."""
    hwmon = (machine.list_folder(folder + "/hwmon") or ["none"])[0]
    place = "%s/hwmon/%s/" % (folder, hwmon)
    names = [n for n in machine.list_folder(place) if n[:4] == "temp" and n[-6:] == "_input"]
    heats = [heat for heat in (read_whole(place + n, 250000) for n in names) if heat is not None]
    return {
        "power_w": _watts(place + "power1_average") or _watts(place + "power1_input"),
        "power_limit_w": _watts(place + "power1_cap"),
        "power_default_w": _watts(place + "power1_cap_default"),
        "temperature_c": max(heats) // 1000 if heats else None,
    }


def _watts(path: str) -> Optional[float]:
    power = read_whole(path, MOST_UW)
    return None if power is None else power / 1e6


def _read_pcie(folder: str) -> Dict[str, Any]:
    return {
        "pcie_gen": _generation(read_word(folder + "/current_link_speed")),
        "pcie_max_gen": _generation(read_word(folder + "/max_link_speed")),
        "pcie_width": read_whole(folder + "/current_link_width", 32),
        "pcie_max_width": read_whole(folder + "/max_link_width", 32),
        "pcie_replays": read_whole(folder + "/pcie_replay_count", COUNT),
    }


def _generation(text: str) -> Optional[int]:
    """`32.0 GT/s PCIe` -> 5"""
    return GENERATIONS.get(text.partition(" ")[0])
