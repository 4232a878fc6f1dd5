"""Every call about a healthy HGX H100, to the digit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.nvml_build import SOURCES
from tests.lab_unit.nvml.nvml_client import gpu, struct

MIB = 2**20
PLACE = {"domain": 0, "bus": 0x42, "device": 0, "pciDeviceId": 0x233010DE}
NONE = "00" * 16
# (call, arguments after the handle of GPU 1) -> answer
ANSWERS = [
    ("nvmlDeviceGetIndex", [], 1),
    ("nvmlDeviceGetName", [], "NVIDIA H100 80GB HBM3"),
    ("nvmlDeviceGetVbiosVersion", [], "96.00.74.00.01"),
    ("nvmlDeviceGetBoardPartNumber", [], "692-2G520-0200-000"),
    ("nvmlDeviceGetInforomImageVersion", [], "G520.0200.00.05"),
    ("nvmlDeviceGetInforomVersion", [0], "2.1"),
    ("nvmlDeviceGetInforomVersion", [1], "7.16"),
    ("nvmlDeviceGetBrand", [], 14),
    ("nvmlDeviceGetArchitecture", [], 9),
    ("nvmlDeviceGetCudaComputeCapability", [], [9, 0]),
    ("nvmlDeviceGetBoardId", [], 0x4200),
    ("nvmlDeviceGetMinorNumber", [], 1),
    ("nvmlDeviceGetModuleId", [], 2),
    ("nvmlDeviceGetNumGpuCores", [], 16896),
    ("nvmlDeviceGetMemoryBusWidth", [], 5120),
    ("nvmlDeviceGetMultiGpuBoard", [], 0),
    ("nvmlDeviceGetBusType", [], 2),
    ("nvmlDeviceGetGspFirmwareVersion", [], "535.261.03"),
    ("nvmlDeviceGetGspFirmwareMode", [], [1, 1]),
    ("nvmlDeviceGetPersistenceMode", [], 1),
    ("nvmlDeviceGetComputeMode", [], 0),
    ("nvmlDeviceGetEccMode", [], [1, 1]),
    ("nvmlDeviceGetDefaultEccMode", [], [1]),
    ("nvmlDeviceGetMigMode", [], [0, 0]),
    ("nvmlDeviceGetMaxMigDeviceCount", [], 0),
    ("nvmlDeviceIsMigDeviceHandle", [], 0),
    ("nvmlDeviceGetDisplayMode", [], 1),
    ("nvmlDeviceGetDisplayActive", [], 0),
    ("nvmlDeviceGetAccountingMode", [], 0),
    ("nvmlDeviceGetAccountingBufferSize", [], 4000),
    ("nvmlDeviceGetAccountingPids", [], []),
    ("nvmlDeviceGetVirtualizationMode", [], 0),
    ("nvmlDeviceGetNumFans", [], 0),
    ("nvmlDeviceGetMemoryInfo", [], {"total": 81559 * MIB, "free": 81231 * MIB, "used": 328 * MIB}),
    (
        "nvmlDeviceGetMemoryInfo",
        [0x2000028],
        {
            "version": 0x2000028,
            "total": 81559 * MIB,
            "reserved": 328 * MIB,
            "free": 81231 * MIB,
            "used": 0,
        },
    ),
    (
        "nvmlDeviceGetBAR1MemoryInfo",
        [],
        {"bar1Total": 131072 * MIB, "bar1Free": 131071 * MIB, "bar1Used": MIB},
    ),
    ("nvmlDeviceGetTotalEccErrors", [0, 0], 0),
    ("nvmlDeviceGetMemoryErrorCounter", [1, 1, 7], 0),
    ("nvmlDeviceGetRemappedRows", [], [0, 0, 0, 0]),
    (
        "nvmlDeviceGetRowRemapperHistogram",
        [],
        {"max": 2560, "high": 0, "partial": 0, "low": 0, "none": 0},
    ),
    ("nvmlDeviceGetClockInfo", [0], 1980),
    ("nvmlDeviceGetClockInfo", [1], 1980),
    ("nvmlDeviceGetClockInfo", [2], 2619),
    ("nvmlDeviceGetClockInfo", [3], 1545),
    ("nvmlDeviceGetMaxClockInfo", [1], 1980),
    ("nvmlDeviceGetMaxClockInfo", [2], 2619),
    ("nvmlDeviceGetMaxCustomerBoostClock", [0], 1980),
    ("nvmlDeviceGetApplicationsClock", [1], 1980),
    ("nvmlDeviceGetApplicationsClock", [2], 2619),
    ("nvmlDeviceGetDefaultApplicationsClock", [0], 1980),
    ("nvmlDeviceGetClock", [1, 0], 1980),
    ("nvmlDeviceGetClock", [1, 3], 1980),
    ("nvmlDeviceGetClock", [2, 2], 2619),
    ("nvmlDeviceGetCurrentClocksEventReasons", [], 0),
    ("nvmlDeviceGetCurrentClocksThrottleReasons", [], 0),
    ("nvmlDeviceGetSupportedClocksEventReasons", [], 0x1FF),
    ("nvmlDeviceGetSupportedClocksThrottleReasons", [], 0x1FF),
    ("nvmlDeviceGetSupportedMemoryClocks", [], [2619]),
    ("nvmlDeviceGetSupportedGraphicsClocks", [2619], list(range(1980, 344, -15))),
    ("nvmlDeviceGetViolationStatus", [0], {"referenceTime": 0, "violationTime": 0}),
    ("nvmlDeviceGetPowerUsage", [], 70000),
    ("nvmlDeviceGetPowerManagementMode", [], 1),
    ("nvmlDeviceGetPowerManagementLimit", [], 700000),
    ("nvmlDeviceGetPowerManagementLimitConstraints", [], [200000, 700000]),
    ("nvmlDeviceGetPowerManagementDefaultLimit", [], 700000),
    ("nvmlDeviceGetEnforcedPowerLimit", [], 700000),
    ("nvmlDeviceGetPowerSource", [], 0),
    ("nvmlDeviceGetPowerState", [], 0),
    ("nvmlDeviceGetPerformanceState", [], 0),
    ("nvmlDeviceGetTemperature", [0], 30),
    ("nvmlDeviceGetTemperatureV", [0], 30),
    ("nvmlDeviceGetMarginTemperature", [], 57),
    ("nvmlDeviceGetUtilizationRates", [], {"gpu": 0, "memory": 0}),
    ("nvmlDeviceGetEncoderUtilization", [], [0, 167000]),
    ("nvmlDeviceGetDecoderUtilization", [], [0, 167000]),
    ("nvmlDeviceGetJpgUtilization", [], [0, 167000]),
    ("nvmlDeviceGetOfaUtilization", [], [0, 167000]),
    ("nvmlDeviceGetCurrPcieLinkGeneration", [], 5),
    ("nvmlDeviceGetMaxPcieLinkGeneration", [], 5),
    ("nvmlDeviceGetGpuMaxPcieLinkGeneration", [], 5),
    ("nvmlDeviceGetCurrPcieLinkWidth", [], 16),
    ("nvmlDeviceGetMaxPcieLinkWidth", [], 16),
    ("nvmlDeviceGetPcieReplayCounter", [], 0),
    ("nvmlDeviceGetPcieLinkMaxSpeed", [], 5),
    ("nvmlDeviceGetPcieSpeed", [], 32000),
    ("nvmlDeviceGetPcieThroughput", [0], 0),
    ("nvmlDeviceGetComputeRunningProcesses", [], []),
    ("nvmlDeviceGetComputeRunningProcesses_v2", [], []),
    ("nvmlDeviceGetGraphicsRunningProcesses", [], []),
    ("nvmlDeviceGetMPSComputeRunningProcesses", [], []),
    ("nvmlDeviceGetRunningProcessDetailList", [0x1000018, 0], []),
    ("nvmlDeviceGetNvLinkState", [17], 1),
    ("nvmlDeviceGetNvLinkVersion", [0], 6),
    ("nvmlDeviceGetNvLinkCapability", [0, 0], 1),
    ("nvmlDeviceGetNvLinkCapability", [0, 4], 0),
    ("nvmlDeviceGetNvLinkErrorCounter", [3, 2], 0),
    ("nvmlDeviceGetNvLinkRemoteDeviceType", [0], 2),
    ("nvmlDeviceGetP2PStatus", [{"gpu": 5}, 2], 0),
    ("nvmlDeviceGetTopologyCommonAncestor", [{"gpu": 1}], 0),
    ("nvmlDeviceGetTopologyCommonAncestor", [{"gpu": 2}], 40),
    ("nvmlDeviceGetTopologyCommonAncestor", [{"gpu": 4}], 50),
    ("nvmlDeviceGetTopologyNearestGpus", [40], [0, 2, 3]),
    ("nvmlDeviceOnSameBoard", [{"gpu": 2}], False),
    ("nvmlDeviceGetMemoryAffinity", [1, 0], [0b1]),
]
UNSUPPORTED = [
    ("nvmlDeviceGetInforomVersion", [2]),
    ("nvmlDeviceGetDriverModel_v1", []),
    ("nvmlDeviceGetDriverModel_v2", []),
    ("nvmlDeviceGetGpuOperationMode", []),
    ("nvmlDeviceGetAutoBoostedClocksEnabled", []),
    ("nvmlDeviceGetMemoryErrorCounter", [0, 0, 1]),
    ("nvmlDeviceGetDetailedEccErrors", [0, 0]),
    ("nvmlDeviceGetRetiredPages", [0]),
    ("nvmlDeviceGetRetiredPages_v2", [0]),
    ("nvmlDeviceGetRetiredPagesPendingStatus", []),
    ("nvmlDeviceGetTotalEnergyConsumption", []),
    ("nvmlDeviceGetTemperatureThreshold", [0]),
    ("nvmlDeviceGetFanSpeed", []),
    ("nvmlDeviceGetFanSpeed_v2", [0]),
    ("nvmlDeviceGetFanSpeedRPM", []),
    ("nvmlDeviceGetTargetFanSpeed", [0]),
    ("nvmlDeviceGetMinMaxFanSpeed", []),
    ("nvmlDeviceGetNumaNodeId", []),
    ("nvmlDeviceGetC2cModeInfoV", []),
]


@pytest.mark.parametrize(("name", "args", "expected"), ANSWERS)
def test_answer(start, h100, name, args, expected):
    assert start(h100).call(name, gpu(1), *args) == expected


@pytest.mark.parametrize(("name", "args"), UNSUPPORTED)
def test_unsupported(start, h100, name, args):
    assert start(h100).code(name, gpu(1), *args) == 3


def test_what_the_state_says_of_each(start, h100):
    nvml = start(h100)
    for index, known in enumerate(h100["gpus"]):
        assert nvml.call("nvmlDeviceGetUUID", gpu(index)) == known["uuid"]
        assert nvml.call("nvmlDeviceGetSerial", gpu(index)) == known["serial"]


def test_system(start, h100):
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetCount") == 8
    assert nvml.call("nvmlSystemGetDriverVersion") == "535.261.03"
    assert nvml.call("nvmlSystemGetNVMLVersion") == "12.535.261.03"
    assert nvml.call("nvmlSystemGetCudaDriverVersion") == 12020
    assert nvml.call("nvmlSystemGetCudaDriverVersion_v2") == 12020
    assert nvml.call("nvmlSystemGetHicVersion") == []
    assert nvml.call("nvmlUnitGetCount") == 0
    assert nvml.code("nvmlSystemGetProcessName", 1) == 6


def test_pci(start, h100):
    nvml = start(h100)
    info = nvml.call("nvmlDeviceGetPciInfo", gpu(1))
    assert info.items() >= PLACE.items()
    assert info["busId"] == "00000000:42:00.0"
    assert info["busIdLegacy"] == "0000:42:00.0"
    assert info["pciSubSystemId"] == 0x16C110DE
    more = nvml.call(
        "nvmlDeviceGetPciInfoExt", gpu(1), struct("nvmlPciInfoExt_v1_t", version=0x1000040)
    )
    assert more.items() >= PLACE.items()
    assert (more["baseClass"], more["subClass"]) == (3, 2)
    assert more["busId"] == "00000000:42:00.0"


def test_other_end_of_a_link(start, h100):
    nvml = start(h100)
    ends = [nvml.call("nvmlDeviceGetNvLinkRemotePciInfo", gpu(1), link) for link in range(18)]
    switches = {bdf for bdf, one in h100["devices"].items() if one["kind"] == "nvswitch"}
    assert {f"0000:{end['bus']:02x}:00.0" for end in ends} == switches
    assert {end["pciDeviceId"] for end in ends} == {0x22A310DE}


def test_fabric(start, h100):
    nvml = start(h100)
    plain = nvml.call("nvmlDeviceGetGpuFabricInfo", gpu(1), struct("c_nvmlGpuFabricInfo_t"))
    good = {"clusterUuid": [0] * 16, "status": 0, "cliqueId": 0, "state": 3}
    assert plain == good
    for version in (2, 3):
        name = f"c_nvmlGpuFabricInfo_v{version}_t"
        assert (
            nvml.call("nvmlDeviceGetGpuFabricInfoV", gpu(1), struct(name)).items() >= good.items()
        )


def test_sram_errors(start, h100):
    h100["gpus"][1]["ecc"]["aggregate"]["sram_uncorrectable"] = 4
    wanted = struct("c_nvmlEccSramErrorStatus_v1_t")
    status = start(h100).call("nvmlDeviceGetSramEccErrorStatus", gpu(1), wanted)
    assert (status["aggregateUncSecDed"], status["volatileUncSecDed"]) == (4, 0)


@pytest.mark.skipif(
    not Path("/sys/devices/system/node/node0/cpulist").exists(), reason="kernel without NUMA"
)
def test_processors_near_a_gpu(start, h100):
    nvml = start(h100)
    text = Path("/sys/devices/system/node/node0/cpulist").read_text()
    spans = [[int(end) for end in span.split("-")] for span in text.strip().split(",")]
    cpus = {cpu for span in spans for cpu in range(span[0], span[-1] + 1)}
    words = nvml.call("nvmlDeviceGetCpuAffinity", gpu(1), 4)
    assert {
        64 * i + bit for i, word in enumerate(words) for bit in range(64) if word >> bit & 1
    } == {cpu for cpu in cpus if cpu < 256}
    assert nvml.call("nvmlDeviceGetCpuAffinityWithinScope", gpu(1), 4, 0) == words


def test_old_names_answer_too(start, h100):
    """Functions that pynvml no longer calls but older programs do."""
    nvml = start(h100)
    for version in ("", "_v2"):
        info = nvml.call("old_pci", 1, f"nvmlDeviceGetPciInfo{version}")
        assert info.items() >= PLACE.items()
        assert info["busId"] == "0000:42:00.0"
        assert [info[f"reserved{i}"] for i in range(4)] == [0] * 4
    processes = [{"pid": 7, "name": "x", "memory_mib": 3}, {"pid": 8, "name": "y", "memory_mib": 1}]
    h100["gpus"][1]["processes"] = processes
    nvml.show(nvml_view(h100))
    assert nvml.call("old_processes", 1) == [[7, 3 * MIB], [8, MIB]]
    assert nvml.call("old_handle", "nvmlDeviceGetHandleByIndex", 2) == 2
    assert nvml.call("old_handle", "nvmlDeviceGetHandleByPciBusId", "42:00.0") == 1
    assert nvml.call("old_count") == 8


def test_every_code_has_words(start, h100):
    nvml = start(h100)
    words = [nvml.call("nvmlErrorString", code) for code in range(31)]
    assert words[0] == "Success"
    assert words[15] == "GPU is lost"
    assert words[18] == "Driver/library version mismatch"
    assert len(set(words[:30])) == 30
    assert {words[30], nvml.call("nvmlErrorString", 999)} == {"Unknown Error"}


def test_every_function_is_tested():
    """Each that the library exports stands by its name in a test, or is another version of one."""
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for path in SOURCES.glob("*.c"):
        for name in re.findall(r"\b(nvml[A-Z]\w+)", path.read_text()):
            base = re.sub(r"(_v\d|WithFlags)$", "", name)
            assert base in texts, f"{name} of {path.name}"
