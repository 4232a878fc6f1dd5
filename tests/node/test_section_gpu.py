"""The section `gpu`: NVIDIA's by pynvml over a played library; see also tests/lab_unit/nvml."""

import json

import pynvml
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podsys.node.accelerators import BLANK, BLANK_GPU, NO_LIBRARY
from podsys.node.memo import forget
from podsys.node.sections import read_section
from tests.node.fake_nvml import LOST, SUCCESS, Code, start
from tests.node.hardware import config_space, put_device, put_pci

GPU = "0000:18:00.0"
MIB = 1 << 20
ANSWERS = {
    "nvmlSystemGetNVMLVersion": (b"12.535.261.03",),
    "nvmlSystemGetCudaDriverVersion_v2": (12020,),
    "nvmlDeviceGetHandleByPciBusId_v2": (),
    "nvmlDeviceGetIndex": (2,),
    "nvmlDeviceGetUUID": (b"GPU-1",),
    "nvmlDeviceGetSerial": (b"165",),
    "nvmlDeviceGetName": (b"NVIDIA H100",),
    "nvmlDeviceGetVbiosVersion": (b"96.00.74.00.01",),
    "nvmlDeviceGetMemoryInfo": ({"total": 81559 * MIB},),
    "nvmlDeviceGetComputeMode": (2,),
    "nvmlDeviceGetPersistenceMode": (1,),
    "nvmlDeviceGetMigMode": (0, 1),
    "nvmlDeviceGetEccMode": (1, 1),
    "nvmlDeviceGetMemoryErrorCounter": (5,),
    "nvmlDeviceGetRemappedRows": (1, 2, 1, 0),
    "nvmlDeviceGetClockInfo": (1980,),
    "nvmlDeviceGetMaxClockInfo": (1980,),
    "nvmlDeviceGetApplicationsClock": (1200,),
    "nvmlDeviceGetDefaultApplicationsClock": (1980,),
    "nvmlDeviceGetCurrentClocksEventReasons": (0x48,),
    "nvmlDeviceGetPowerUsage": (71500,),
    "nvmlDeviceGetEnforcedPowerLimit": (700000,),
    "nvmlDeviceGetPowerManagementDefaultLimit": (700000,),
    "nvmlDeviceGetTemperature": (31,),
    "nvmlDeviceGetUtilizationRates": ({"gpu": 99},),
    "nvmlDeviceGetCurrPcieLinkGeneration": (1,),
    "nvmlDeviceGetMaxPcieLinkGeneration": (5,),
    "nvmlDeviceGetCurrPcieLinkWidth": (16,),
    "nvmlDeviceGetMaxPcieLinkWidth": (16,),
    "nvmlDeviceGetPcieReplayCounter": (0,),
    "nvmlDeviceGetGpuFabricInfoV": (
        {"state": 3, "status": 0, "cliqueId": 7, "clusterUuid": (pynvml.c_uint8 * 16)(*range(16))},
    ),
    "nvmlDeviceGetComputeRunningProcesses_v3": (0,),
}
FIELDS = {
    (pynvml.NVML_FI_DEV_NVLINK_LINK_COUNT, 0): 2,
    (pynvml.NVML_FI_DEV_NVLINK_GET_STATE, 0): 1,
    (pynvml.NVML_FI_DEV_NVLINK_GET_STATE, 1): 0,
    (pynvml.NVML_FI_DEV_NVLINK_GET_SPEED, 0): 26562,
    (pynvml.NVML_FI_DEV_NVLINK_ERROR_DL_CRC, 0): 4,
    (pynvml.NVML_FI_DEV_NVLINK_ERROR_DL_REPLAY, 0): 5,
    (pynvml.NVML_FI_DEV_NVLINK_ERROR_DL_RECOVERY, 0): 6,
}


@pytest.fixture
def server(machine):
    put_pci(machine)
    machine.put("/sys/module/nvidia/version", "535.261.03\n")
    return machine


def read():
    forget()
    return read_section("gpu")


def test_a_machine_without_any(machine):
    assert read() == BLANK


def test_one_gpu_in_full(server, monkeypatch):
    start(monkeypatch, ANSWERS, FIELDS)
    found = read()
    assert {key: value for key, value in found.items() if key != "gpus"} == {
        "vendor": "nvidia",
        "count": 1,
        "nvml_error": "",
        "library_version": "535.261.03",
        "module_version": "535.261.03",
        "module_loaded": True,
        "cuda_version": "12.2",
    }
    errors = dict.fromkeys(
        ("sram_correctable", "sram_uncorrectable", "dram_correctable", "dram_uncorrectable"), 5
    )
    assert found["gpus"] == [
        {
            "index": 2,
            "bdf": GPU,
            "uuid": "GPU-1",
            "serial": "165",
            "name": "NVIDIA H100",
            "pci_id": "10de:2330",
            "vbios": "96.00.74.00.01",
            "memory_mib": 81559,
            "error": "",
            "persistence": True,
            "compute_mode": "prohibited",
            "mig": False,
            "ecc_mode": True,
            "ecc": errors,
            "ecc_total": errors,
            "remapped": {"correctable": 1, "uncorrectable": 2, "pending": True, "failure": False},
            "clocks": {"sm": 1980, "mem": 1980, "max_sm": 1980, "max_mem": 1980},
            "locked_sm": 1200,
            "throttle": ["hw_slowdown", "hw_thermal"],
            "power_w": 71.5,
            "power_limit_w": 700,
            "power_default_w": 700,
            "temperature_c": 31,
            "utilisation_pct": 99,
            "pcie_gen": 1,
            "pcie_max_gen": 5,
            "pcie_width": 16,
            "pcie_max_width": 16,
            "pcie_replays": 0,
            "nvlinks": [
                {
                    "link": 0,
                    "active": True,
                    "speed_gbps": 26.562,
                    "crc_errors": 4,
                    "replay_errors": 5,
                    "recovery_errors": 6,
                },
                {
                    "link": 1,
                    "active": False,
                    "speed_gbps": None,
                    "crc_errors": None,
                    "replay_errors": None,
                    "recovery_errors": None,
                },
            ],
            "fabric": {
                "state": "Completed",
                "status": "Success",
                "clique": 7,
                "uuid": "00010203-0405-0607-0809-0a0b0c0d0e0f",
            },
            "processes": [],
        }
    ]


def test_what_a_gpu_does_not_support_is_none(server, monkeypatch):
    start(monkeypatch, {"nvmlDeviceGetHandleByPciBusId_v2": ()})
    gpu = read()["gpus"][0]
    clocks = dict.fromkeys(("sm", "mem", "max_sm", "max_mem"))
    assert gpu == {**BLANK_GPU, "bdf": GPU, "pci_id": "10de:2330", "clocks": clocks}


@pytest.mark.parametrize(
    "call", ["nvmlDeviceGetHandleByPciBusId_v2", "nvmlDeviceGetUUID", "nvmlDeviceGetTemperature"]
)
def test_a_lost_gpu_is_named_and_the_others_are_read(server, monkeypatch, call):
    put_device(server, ["0000:2a:00.0"], "030200", config_space())
    library = start(monkeypatch, ANSWERS)
    answer = library._answer

    def lose_the_first(name, arguments):
        lost = name == call and library.asked.count(name) == 0
        return (library.asked.append(name), LOST)[1] if lost else answer(name, arguments)

    monkeypatch.setattr(library, "_answer", lose_the_first)
    found = read()
    assert found["count"] == 2
    first, second = found["gpus"]
    assert first == {**BLANK_GPU, "bdf": GPU, "pci_id": "10de:2330", "error": "GPU is lost"}
    assert (second["bdf"], second["name"], second["error"]) == ("0000:2a:00.0", "NVIDIA H100", "")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (9, "NVML_ERROR_DRIVER_NOT_LOADED: Driver Not Loaded"),
        (
            18,
            "NVML_ERROR_LIB_RM_VERSION_MISMATCH: RM has detected an NVML/RM version mismatch.",
        ),
        (12345, "NVML error 12345: words"),
    ],
)
def test_a_driver_that_nvml_does_not_reach(server, monkeypatch, code, reason):
    server.put(
        f"/proc/driver/nvidia/gpus/{GPU}/information",
        "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ: 1\nGPU UUID: \t GPU-????????\nVideo BIOS: 96.0\n",
    )
    start(monkeypatch, ANSWERS | {"nvmlInitWithFlags": Code(code)})
    found = read()
    assert (found["nvml_error"], found["count"]) == (reason, 1)
    assert (found["library_version"], found["module_version"]) == ("535.261.03", "535.261.03")
    about = {"bdf": GPU, "pci_id": "10de:2330", "name": "NVIDIA H100 80GB HBM3", "vbios": "96.0"}
    assert found["gpus"] == [{**BLANK_GPU, **about}]


def test_no_driver_at_all(server, monkeypatch):
    monkeypatch.setattr(pynvml, "nvmlLib", None)
    monkeypatch.setattr(pynvml, "CDLL", lambda _: (_ for _ in ()).throw(OSError()))
    server.path("/sys/module/nvidia/version").unlink()
    server.path("/sys/module/nvidia").rmdir()
    found = read()
    assert found["nvml_error"].startswith("NVML_ERROR_LIBRARY_NOT_FOUND: ")
    assert (found["module_loaded"], found["library_version"], found["count"]) == (False, "", 1)


def test_a_program_without_pynvml_says_so(server, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pynvml", None)
    found = read()
    assert (found["nvml_error"], found["count"]) == (NO_LIBRARY, 1)


def test_before_hopper_links_are_asked_one_by_one(server, monkeypatch):
    common = (pynvml.NVML_FI_DEV_NVLINK_SPEED_MBPS_COMMON, 0)
    fields = {(pynvml.NVML_FI_DEV_NVLINK_LINK_COUNT, 0): 1, common: 25781}
    links = {"nvmlDeviceGetNvLinkState": (1,), "nvmlDeviceGetNvLinkErrorCounter": (9,)}
    start(monkeypatch, ANSWERS | links, fields)
    assert read()["gpus"][0]["nvlinks"] == [
        {
            "link": 0,
            "active": True,
            "speed_gbps": 25.781,
            "crc_errors": 9,
            "replay_errors": 9,
            "recovery_errors": 9,
        }
    ]


def test_older_drivers_know_other_questions(server, monkeypatch):
    answers = dict(ANSWERS)
    answers["nvmlDeviceGetCurrentClocksThrottleReasons"] = (0x80,)
    answers["nvmlDeviceGetGpuFabricInfo"] = ({"state": 2, "status": 0, "cliqueId": 0},)
    del answers["nvmlDeviceGetCurrentClocksEventReasons"], answers["nvmlDeviceGetGpuFabricInfoV"]
    start(monkeypatch, answers)
    gpu = read()["gpus"][0]
    assert gpu["throttle"] == ["hw_power_brake"]
    assert (gpu["fabric"]["state"], gpu["fabric"]["status"]) == ("In Progress", "Success")


def test_a_fabric_that_failed(server, monkeypatch):
    answers = {"nvmlDeviceGetGpuFabricInfoV": ({"state": 3, "status": 23, "cliqueId": 0},)}
    start(monkeypatch, ANSWERS | answers)
    fabric = read()["gpus"][0]["fabric"]
    assert fabric["status"].startswith("NVML_ERROR_INSUFFICIENT_RESOURCES: ")
    assert fabric["uuid"] == "00000000-0000-0000-0000-000000000000"


def test_processes(server, monkeypatch):
    library = start(monkeypatch, ANSWERS | {"nvmlSystemGetProcessName": (b"python3",)})
    answer = library._answer

    def with_two(name, arguments):
        if name != "nvmlDeviceGetComputeRunningProcesses_v3":
            return answer(name, arguments)
        arguments[1]._obj.value = 2
        if arguments[2] is None:
            return pynvml.NVML_ERROR_INSUFFICIENT_SIZE
        arguments[2][0].pid, arguments[2][0].usedGpuMemory = 77, 512 * MIB
        arguments[2][1].pid = 78
        arguments[2][1].usedGpuMemory = pynvml.NVML_VALUE_NOT_AVAILABLE_ulonglong.value
        return SUCCESS

    monkeypatch.setattr(library, "_answer", with_two)
    assert read()["gpus"][0]["processes"] == [
        {"pid": 77, "name": "python3", "memory_mib": 512},
        {"pid": 78, "name": "python3", "memory_mib": None},
    ]


def test_a_maker_that_nobody_reads_is_counted(machine):
    for bdf in ("0000:18:00.0", "0000:19:00.0"):
        put_device(machine, [bdf], "120000", config_space((0x1DA3, 0x1020)))
    put_device(machine, ["0000:1a:00.0"], "030200", config_space())
    assert read() == {**BLANK, "vendor": "1da3", "count": 2}


values = st.integers(-(1 << 63), (1 << 64) - 1) | st.binary(max_size=20)
answers = st.dictionaries(
    st.sampled_from(sorted(name for name in ANSWERS if "Handle" not in name)),
    st.integers(0, 40).map(Code) | st.lists(values, max_size=4).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    changed=answers,
    fields=st.dictionaries(st.sampled_from(sorted(FIELDS)), st.integers(0, (1 << 64) - 1)),
)
def test_any_answers(server, changed, fields):
    with pytest.MonkeyPatch.context() as monkeypatch:
        library = start(monkeypatch, ANSWERS | changed, FIELDS | fields)
        monkeypatch.setattr(library, "_answer", tolerant(library._answer))
        found = read()
    assert set(found) == set(BLANK)
    for gpu in found["gpus"]:
        assert set(gpu) == set(BLANK_GPU)
        check_sane(gpu)
    json.dumps(found, allow_nan=False)


def tolerant(answer):
    """ctypes itself refuses what does not fit; a real library could not give that."""

    def tell(name, arguments):
        try:
            return answer(name, arguments)
        except (TypeError, ValueError):
            return pynvml.NVML_ERROR_UNKNOWN

    return tell


def check_sane(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            check_sane(one)
    elif isinstance(value, str):
        assert value.isprintable()
        assert len(value) <= 200
    elif value is not None:
        assert 0 <= value < 1 << 63
