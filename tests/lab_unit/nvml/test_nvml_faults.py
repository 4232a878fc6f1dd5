"""What programs see of broken hardware, as `lab break` edits the state."""

from __future__ import annotations

import pytest

from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.state import healthy_state
from tests.lab_unit.hardware.hardware_sample import PLATFORMS
from tests.lab_unit.nvml.nvml_client import NvmlCodeError, gpu, struct

LOST = 15


def test_lost_gpu_gets_no_handle(start, h100):
    h100["gpus"][3]["lost"] = True
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetCount") == 8
    with pytest.raises(NvmlCodeError, match="GPU is lost"):
        nvml.call("nvmlDeviceGetHandleByIndex", 3)
    assert nvml.code("nvmlDeviceGetHandleByUUID", h100["gpus"][3]["uuid"]) == LOST
    assert nvml.code("nvmlDeviceGetHandleByPciBusId", h100["gpus"][3]["bdf"]) == LOST
    assert nvml.call("nvmlDeviceGetHandleByIndex", 4) == 4


def test_gpu_is_lost_while_a_program_runs(start, h100):
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetTemperature", gpu(3), 0) == 30
    h100["devices"][h100["gpus"][3]["bdf"]]["gone"] = True
    nvml.show(nvml_view(h100))
    for name in ("nvmlDeviceGetName", "nvmlDeviceGetEccMode", "nvmlDeviceGetPciInfo"):
        assert nvml.code(name, gpu(3)) == LOST
    assert nvml.code("nvmlDeviceGetFieldValues", gpu(3), [82]) == LOST
    assert nvml.code("nvmlDeviceGetName", gpu(2)) == 0


@pytest.mark.parametrize(("error", "code"), [("GPU requires reset", 16), ("Unknown Error", 999)])
def test_other_errors_of_a_gpu(start, h100, error, code):
    h100["gpus"][0]["error"] = error
    assert start(h100).code("nvmlDeviceGetHandleByIndex", 0) == code


def test_missing_gpu(start, h100):
    h100["devices"][h100["gpus"][2]["bdf"]]["present"] = False
    nvml = start(h100)
    uuids = [nvml.call("nvmlDeviceGetUUID", gpu(index)) for index in range(7)]
    assert uuids == [one["uuid"] for one in h100["gpus"] if one["index"] != 2]
    assert nvml.call("nvmlDeviceGetCount") == 7
    assert nvml.call("nvmlDeviceGetTopologyCommonAncestor", gpu(2), gpu(3)) == 50


def test_gpu_that_another_driver_has(start, h100):
    h100["devices"][h100["gpus"][0]["bdf"]]["driver"] = ""
    assert start(h100).call("nvmlDeviceGetCount") == 7


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"module_loaded": False}, 9, "Driver Not Loaded"),
        ({"library_version": "535.274.02"}, 18, "RM has detected an NVML/RM version mismatch."),
        ({"nvml_error": "Insufficient Permissions"}, 4, "Insufficient Permissions"),
        ({"nvml_error": "Something else"}, 999, "Unknown Error"),
    ],
)
def test_driver(nvml, h100, changes, code, text):
    h100["driver"] |= changes
    with pytest.raises(NvmlCodeError, match=f"{code}: {text}"):
        nvml.start(nvml_view(h100))
    assert nvml.code("nvmlDeviceGetCount") == 1


def test_ecc_errors(start, h100):
    h100["gpus"][0]["ecc"]["volatile"] |= {"dram_uncorrectable": 2, "sram_correctable": 5}
    h100["gpus"][0]["ecc"]["aggregate"] |= {"dram_uncorrectable": 3, "sram_uncorrectable": 2**40}
    nvml = start(h100)

    def total(kind, counter):
        return nvml.call("nvmlDeviceGetTotalEccErrors", gpu(0), kind, counter)

    assert [total(0, 0), total(1, 0), total(0, 1), total(1, 1)] == [5, 2, 0, 3 + 2**40]
    assert nvml.call("nvmlDeviceGetMemoryErrorCounter", gpu(0), 1, 0, 2) == 2
    assert nvml.call("nvmlDeviceGetMemoryErrorCounter", gpu(0), 0, 0, 7) == 5
    assert nvml.fields(0, 3, 4, 5, 6, 12, 22, 23) == [5, 2, 0, 3 + 2**40, 2, 0, 3]


def test_ecc_off(start, h100):
    h100["gpus"][0]["ecc"]["mode"] = False
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetEccMode", gpu(0)) == [0, 0]
    assert nvml.code("nvmlDeviceGetTotalEccErrors", gpu(0), 1, 0) == 3


def test_remapped_rows(start, h100):
    h100["gpus"][0]["remapped"] |= {"correctable": 1, "uncorrectable": 8, "pending": True}
    h100["gpus"][0]["remapped"]["failure"] = True
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetRemappedRows", gpu(0)) == [1, 8, 1, 1]
    assert nvml.fields(0, 142, 143, 144, 145) == [1, 8, 1, 1]
    histogram = nvml.call("nvmlDeviceGetRowRemapperHistogram", gpu(0))
    assert histogram == {"max": 2550, "high": 9, "partial": 0, "low": 0, "none": 1}


def test_fabric_in_progress(start, h100):
    h100["gpus"][0]["fabric"] |= {
        "state": "in_progress",
        "status": "Insufficient Resources",
        "clique": 7,
        "uuid": "00112233-4455-6677-8899-aabbccddeeff",
    }
    wanted = struct("c_nvmlGpuFabricInfo_t")
    fabric = start(h100).call("nvmlDeviceGetGpuFabricInfo", gpu(0), wanted)
    assert (fabric["state"], fabric["status"], fabric["cliqueId"]) == (2, 23, 7)
    assert bytes(fabric["clusterUuid"]).hex() == "00112233445566778899aabbccddeeff"


def test_no_fabric(start):
    wanted = struct("c_nvmlGpuFabricInfo_t")
    a100 = healthy_state(PLATFORMS["hgx-a100"], "node1")
    fabric = start(a100).call("nvmlDeviceGetGpuFabricInfo", gpu(0), wanted)
    assert fabric == {"clusterUuid": [0] * 16, "status": 0, "cliqueId": 0, "state": 0}


def test_link_down(start, h100):
    h100["gpus"][0]["nvlinks"][3] |= {"active": False, "speed_gbps": 0}
    nvml = start(h100)
    states = [nvml.call("nvmlDeviceGetNvLinkState", gpu(0), link) for link in range(18)]
    assert states == [int(link != 3) for link in range(18)]
    assert nvml.fields(0, [164, 3], [165, 3], [164, 4], [165, 4]) == [0, 0, 26562, 1]
    assert nvml.code("nvmlDeviceGetNvLinkRemotePciInfo", gpu(0), 3) == 3
    assert nvml.fields(0, 147) == [17]


def test_link_errors(start, h100):
    h100["gpus"][0]["nvlinks"][2] |= {"crc_errors": 1200, "replay_errors": 35}
    h100["gpus"][0]["nvlinks"][9]["recovery_errors"] = 2
    nvml = start(h100)

    def errors(link, counter):
        return nvml.call("nvmlDeviceGetNvLinkErrorCounter", gpu(0), link, counter)

    assert [errors(2, 0), errors(2, 1), errors(2, 2), errors(9, 1)] == [35, 0, 1200, 2]
    every = 2**32 - 1
    assert nvml.fields(0, [161, 2], [162, 9], [163, 2], [163, every]) == [35, 2, 1200, 1200]


@pytest.mark.parametrize(("platform", "seen"), [("hgx-h100", 0), ("hgx-a100", 35)])
def test_old_link_error_fields_are_blind_on_hopper(start, platform, seen):
    state = healthy_state(PLATFORMS[platform], "node1")
    state["gpus"][0]["nvlinks"][2]["replay_errors"] = 35
    assert start(state).fields(0, 48, 52, 108, 38) == [seen, seen, 0, 0]


def test_narrow_link(start, h100):
    device = h100["devices"][h100["gpus"][2]["bdf"]]
    device |= {"width": 8, "speed_gts": 8.0, "aer": {"correctable": 480, "nonfatal": 1, "fatal": 0}}
    h100["gpus"][2]["pcie_replays"] = 81
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetCurrPcieLinkWidth", gpu(2)) == 8
    assert nvml.call("nvmlDeviceGetMaxPcieLinkWidth", gpu(2)) == 16
    assert nvml.call("nvmlDeviceGetCurrPcieLinkGeneration", gpu(2)) == 3
    assert nvml.call("nvmlDeviceGetPcieReplayCounter", gpu(2)) == 81
    assert nvml.fields(2, 94, 173, 179, 180) == [81, 480, 1, 0]


def test_idle_link_trained_down(start, h100):
    h100["gpus"][2]["pcie_gen"] = 1
    assert start(h100).call("nvmlDeviceGetCurrPcieLinkGeneration", gpu(2)) == 1


def test_slowdown(start, h100):
    h100["gpus"][1]["throttle"] = ["hw_slowdown", "hw_power_brake"]
    h100["gpus"][1]["clocks"]["sm"] = 345
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetCurrentClocksEventReasons", gpu(1)) == 0x88
    assert nvml.call("nvmlDeviceGetClockInfo", gpu(1), 1) == 345


def test_locked_clocks(start, h100):
    h100["gpus"][0]["clocks"]["locked"] = 1200
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetClockInfo", gpu(0), 1) == 1200
    assert nvml.call("nvmlDeviceGetMaxClockInfo", gpu(0), 1) == 1980
    assert nvml.call("nvmlDeviceGetCurrentClocksEventReasons", gpu(0)) == 0x2


def test_usual_application_clock_holds_nothing_down(start):
    a100 = healthy_state(PLATFORMS["hgx-a100"], "node1")
    nvml = start(a100)
    assert nvml.call("nvmlDeviceGetApplicationsClock", gpu(0), 1) == 1155
    assert nvml.call("nvmlDeviceGetClockInfo", gpu(0), 1) == 1410
    assert nvml.call("nvmlDeviceGetCurrentClocksEventReasons", gpu(0)) == 0


def test_divided_gpu_does_not_say_how_busy_it_is(start, h100):
    h100["gpus"][0]["mig"] = True
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetMigMode", gpu(0)) == [1, 1]
    assert nvml.code("nvmlDeviceGetUtilizationRates", gpu(0)) == 3
    assert nvml.code("nvmlDeviceGetEncoderUtilization", gpu(0)) == 3


def test_modes(start, h100):
    h100["gpus"][0] |= {"persistence": False, "compute_mode": "exclusive_process"}
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetPersistenceMode", gpu(0)) == 0
    assert nvml.call("nvmlDeviceGetComputeMode", gpu(0)) == 3


def test_processes(start, h100):
    h100["gpus"][0]["processes"] = [
        {"pid": 4242, "name": "python3", "memory_mib": 1024},
        {"pid": 4243, "name": "a name\nin two lines", "memory_mib": 512},
    ]
    nvml = start(h100)
    whole = 2**32 - 1
    for version in ("", "_v2", "_v3"):
        found = nvml.call(f"nvmlDeviceGetComputeRunningProcesses{version}", gpu(0))
        assert [(one["pid"], one["usedGpuMemory"]) for one in found] == [
            (4242, 2**30),
            (4243, 2**29),
        ]
        assert {one["gpuInstanceId"] for one in found} == {whole}
    details = nvml.call("nvmlDeviceGetRunningProcessDetailList", gpu(0), 0x1000018, 3)
    assert [one["pid"] for one in details] == [4242, 4243]
    assert nvml.call("nvmlSystemGetProcessName", 4242) == "python3"
    assert nvml.call("nvmlSystemGetProcessName", 4243) == "a name in two lines"
    assert nvml.call("nvmlDeviceGetMemoryInfo", gpu(0))["used"] == (328 + 1536) * 2**20
    assert nvml.code("nvmlDeviceGetProcessUtilization", gpu(0), 0) == 6
