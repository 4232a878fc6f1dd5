"""AMD: what the kernel's amdgpu driver shows of each GPU in its PCI device's folder.

Files as in the kernel's Documentation/gpu/amdgpu (driver-misc, thermal, ras); processes from
the topology of amdkfd. Nothing has to be installed for it.
"""

import re
from typing import Any, Dict, List, Optional

from .. import machine
from ..pci import FOLDER, Device, is_gone
from ..sysfs import read_whole, read_word
from ..values import bounded, hexadecimal, whole
from . import BLANK_GPU
from .kfd import read_processes

NAME = "amd"
MIB = 1 << 20
MOST_MIB = 1 << 24
MOST_UW = 20000000000
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
    counts = {name: parse_errors(_read_text("%s/ras/%s" % (folder, name))) for name in names}
    chip = [count for name, count in counts.items() if name != "umc_err_count"]
    pages = re.findall(r": ([RPF])\s*$", _read_text(folder + "/ras/gpu_vram_bad_pages"), re.M)
    return {
        "ecc_mode": True,
        "ecc": {
            "sram_correctable": _sum([count["ce"] for count in chip]),
            "sram_uncorrectable": _sum([count["ue"] for count in chip]),
            "dram_correctable": counts.get("umc_err_count", {}).get("ce"),
            "dram_uncorrectable": counts.get("umc_err_count", {}).get("ue"),
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
    found = dict(re.findall(r"^(ue|ce): ([0-9]+)\s*$", text, re.MULTILINE))
    return {kind: whole(found.get(kind, ""), COUNT) for kind in ("ue", "ce")}


def _sum(counts: List[Optional[int]]) -> Optional[int]:
    known = [count for count in counts if count is not None]
    return bounded(sum(known), COUNT) if known and len(known) == len(counts) else None


def _read_clocks(folder: str) -> Dict[str, Any]:
    chip = parse_levels(_read_text(folder + "/pp_dpm_sclk"))
    memory = parse_levels(_read_text(folder + "/pp_dpm_mclk"))
    level = read_word(folder + "/power_dpm_force_performance_level")
    return {
        "clocks": {"sm": chip[0], "mem": memory[0], "max_sm": chip[1], "max_mem": memory[1]},
        "locked_sm": chip[0] if level in ("low", "manual") else None,
    }


def parse_levels(text: str) -> "tuple[Optional[int], Optional[int]]":
    """MHz now and at most, from lines `1: 2100Mhz *` of which the star marks the present one."""
    levels = re.findall(r"^[0-9S]+: ([0-9]{1,5})Mhz *(\*?)\s*$", text, re.MULTILINE)
    now = [int(clock) for clock, star in levels if star]
    return (now[0] if now else None, max((int(clock) for clock, _ in levels), default=None))


def _read_sensors(folder: str) -> Dict[str, Any]:
    """The hottest place counts; powers are in microwatts."""
    hwmon = (machine.list_folder(folder + "/hwmon") or ["none"])[0]
    place = "%s/hwmon/%s/" % (folder, hwmon)
    names = [n for n in machine.list_folder(place) if re.match(r"temp[0-9]+_input\Z", n)]
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


def _read_text(path: str) -> str:
    try:
        return machine.read_text(path) or ""
    except machine.Unreadable:
        return ""
