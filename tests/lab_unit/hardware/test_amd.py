"""AMD GPUs in sysfs, as the amdgpu driver documents its files."""

from __future__ import annotations

from typing import Any

from podsys.lab.hardware.amd import amd_files, show_clocks
from podsys.lab.hardware.files import Link

HOME = "/sys/devices/pci0000:00/0000:00:01.1/0000:01:00.0/0000:02:00.0/0000:03:00.0"


def test_a_gpu_says_what_it_is_and_how_it_is(make_state: Any) -> None:
    state = make_state("mi300x")
    gpu = state["gpus"][0]
    gpu["ecc"]["volatile"]["dram_uncorrectable"] = 2
    gpu["processes"] = [{"pid": 7, "name": "python3", "memory_mib": 1000}]
    files = amd_files(state)
    expected = {
        "mem_info_vram_total": str(196592 << 20),
        "mem_info_vram_used": str(1283 << 20),
        "vbios_version": "113-M3000100-102",
        "current_compute_partition": "SPX",
        "current_memory_partition": "NPS1",
        "pp_dpm_sclk": "0: 132Mhz\n1: 2100Mhz *",
        "ras/umc_err_count": "ue: 2\nce: 0",
        "gpu_busy_percent": "0",
        "hwmon/hwmon0/power1_cap": "750000000",
    }
    assert {name: files[f"{HOME}/{name}"] for name in expected} == {
        name: f"{text}\n".encode() for name, text in expected.items()
    }
    assert files["/sys/class/drm/card1"] == Link(f"../../{HOME.removeprefix('/sys/')}/drm/card1")


def test_ids_are_sixteen_hexadecimal_digits_of_their_own(make_state: Any) -> None:
    files = amd_files(make_state("mi300x"))
    ids = {entry for path, entry in files.items() if path.endswith("/unique_id")}
    assert len(ids) == 8
    assert all(isinstance(entry, bytes) and int(entry, 16) < 2**64 for entry in ids)


def test_a_lost_gpu_and_one_without_driver_show_nothing(make_state: Any) -> None:
    state = make_state("mi300x")
    state["gpus"][0]["lost"] = True
    assert f"{HOME}/unique_id" not in amd_files(state)
    state["driver"]["module_loaded"] = False
    assert amd_files(state) == {}


def test_nvidia_has_none_of_it(h100: dict[str, Any]) -> None:
    assert amd_files(h100) == {}


def test_clocks_mark_the_current_one() -> None:
    assert show_clocks(132, 700, 2100) == "0: 132Mhz\n1: 700Mhz *\n2: 2100Mhz"
