"""The section `gpu` for AMD's: files that amdgpu and amdkfd show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.accelerators import BLANK_GPU
from podsys.node.accelerators.pci_1002 import parse_errors, parse_levels
from podsys.node.memo import forget
from podsys.node.sections import read_section
from tests.node.hardware import config_space, put_device

GPU = "0000:63:00.0"
FOLDER = f"/sys/bus/pci/devices/{GPU}"
FILES = {
    "unique_id": "0x9f4ad6d5bf1bdb8a",
    "serial_number": "692408000123",
    "product_name": "AMD Instinct MI300X OAM",
    "vbios_version": "113-M3000100-102",
    "mem_info_vram_total": str(192 << 30),
    "current_compute_partition": "SPX",
    "gpu_busy_percent": "3",
    "pp_dpm_sclk": "0: 132Mhz *\n1: 500Mhz\n2: 2100Mhz",
    "pp_dpm_mclk": "0: 900Mhz\n1: 1300Mhz *",
    "power_dpm_force_performance_level": "auto",
    "ras/umc_err_count": "ue: 1\nce: 20",
    "ras/gfx_err_count": "ue: 2\nce: 30",
    "ras/sdma_err_count": "ue: 0\nce: 1",
    "ras/gpu_vram_bad_pages": "0x00000001 : 0x00001000 : R\n0x00000002 : 0x00001000 : P",
    "hwmon/hwmon4/power1_input": "141000000",
    "hwmon/hwmon4/power1_cap": "750000000",
    "hwmon/hwmon4/power1_cap_default": "750000000",
    "hwmon/hwmon4/temp2_input": "41000",
    "hwmon/hwmon4/temp3_input": "45000",
    "current_link_speed": "32.0 GT/s PCIe",
    "max_link_speed": "32.0 GT/s PCIe",
    "current_link_width": "16",
    "max_link_width": "16",
    "pcie_replay_count": "4",
}


@pytest.fixture
def server(machine):
    put_device(machine, [GPU], "120000", config_space((0x1002, 0x74A1)), **FILES)
    kfd = "/sys/class/kfd/kfd"
    machine.put(f"{kfd}/topology/nodes/0/gpu_id", "0\n")
    machine.put(f"{kfd}/topology/nodes/4/gpu_id", "51140\n")
    machine.put(f"{kfd}/topology/nodes/4/properties", "cpu_cores 0\nlocation_id 25344\ndomain 0\n")
    machine.put(f"{kfd}/proc/77/vram_51140", str(512 << 20))
    machine.put(f"{kfd}/proc/78/vram_51140", "0\n")
    machine.put(f"{kfd}/proc/79/vram_999", "4096\n")
    machine.put("/proc/77/comm", "python3\n")
    machine.put("/sys/module/amdgpu/version", "6.10.5\n")
    machine.put("/opt/rocm/.info/version", "6.3.1-48\n")
    return machine


def read():
    forget()
    return read_section("gpu")


def test_one_gpu_in_full(server):
    found = read()
    gpu = found.pop("gpus")[0]
    assert found == {
        "vendor": "amd",
        "count": 1,
        "nvml_error": "",
        "library_version": "6.3.1-48",
        "module_version": "6.10.5",
        "module_loaded": True,
        "cuda_version": "",
    }
    assert gpu == {
        **BLANK_GPU,
        "index": 0,
        "bdf": GPU,
        "uuid": "9f4ad6d5bf1bdb8a",
        "serial": "692408000123",
        "name": "AMD Instinct MI300X OAM",
        "pci_id": "1002:74a1",
        "vbios": "113-M3000100-102",
        "memory_mib": 196608,
        "mig": False,
        "ecc_mode": True,
        "ecc": {
            "sram_correctable": 31,
            "sram_uncorrectable": 2,
            "dram_correctable": 20,
            "dram_uncorrectable": 1,
        },
        "remapped": {"correctable": None, "uncorrectable": 1, "pending": True, "failure": False},
        "clocks": {"sm": 132, "mem": 1300, "max_sm": 2100, "max_mem": 1300},
        "power_w": 141.0,
        "power_limit_w": 750.0,
        "power_default_w": 750.0,
        "temperature_c": 45,
        "utilisation_pct": 3,
        "pcie_gen": 5,
        "pcie_max_gen": 5,
        "pcie_width": 16,
        "pcie_max_width": 16,
        "pcie_replays": 4,
        "processes": [{"pid": 77, "name": "python3", "memory_mib": 512}],
    }


def test_a_gpu_whose_driver_is_not_loaded(machine):
    put_device(machine, [GPU], "120000", config_space((0x1002, 0x74A1)))
    found = read()
    assert (found["vendor"], found["count"], found["module_loaded"]) == ("amd", 1, False)
    gpu = found["gpus"][0]
    assert (gpu["ecc"], gpu["memory_mib"], gpu["mig"], gpu["processes"]) == (None, None, None, None)


def test_a_lost_gpu(server):
    server.put(f"{FOLDER}/config", b"\xff" * 4096)
    lost = {"index": 0, "bdf": GPU, "pci_id": "1002:74a1", "error": "GPU is lost"}
    assert read()["gpus"] == [{**BLANK_GPU, **lost}]


def test_a_split_gpu_with_a_fixed_clock(server):
    server.put(f"{FOLDER}/current_compute_partition", "CPX\n")
    server.put(f"{FOLDER}/power_dpm_force_performance_level", "manual\n")
    gpu = read()["gpus"][0]
    assert (gpu["mig"], gpu["locked_sm"]) == (True, 132)


def test_one_counter_that_cannot_be_read_leaves_no_sum(server):
    server.put(f"{FOLDER}/ras/gfx_err_count", "ue: -1\nce: x\n")
    ecc = read()["gpus"][0]["ecc"]
    assert (ecc["sram_correctable"], ecc["sram_uncorrectable"]) == (None, None)
    assert ecc["dram_uncorrectable"] == 1


@pytest.mark.parametrize(
    ("text", "levels"),
    [("0: 132Mhz *\n1: 2100Mhz \n", (132, 2100)), ("S: 19Mhz *\n0: 2100Mhz\n", (19, 2100))],
)
def test_levels(text, levels):
    assert parse_levels(text) == levels


@given(st.text(alphabet="0123456789ucef: Mhz*\n-", max_size=80) | st.text(max_size=60))
def test_any_text(text):
    assert all(level is None or 0 <= level <= 20000 for level in parse_levels(text))
    assert all(count is None or count >= 0 for count in parse_errors(text).values())
