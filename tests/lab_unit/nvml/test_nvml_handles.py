"""Whatever a GPU is called by, it is the same one; what none is called by is none."""

from __future__ import annotations

import pytest

from tests.lab_unit.nvml.nvml_client import gpu

INVALID_ARGUMENT, NOT_FOUND = 2, 6


def test_by_index(start, h100):
    nvml = start(h100)
    assert [nvml.call("nvmlDeviceGetHandleByIndex", index) for index in range(8)] == list(range(8))
    assert nvml.code("nvmlDeviceGetHandleByIndex", 8) == INVALID_ARGUMENT
    assert nvml.code("nvmlDeviceGetHandleByIndex", 2**32 - 1) == INVALID_ARGUMENT


def test_by_uuid_and_serial(start, h100):
    nvml = start(h100)
    wanted = h100["gpus"][5]
    assert nvml.call("nvmlDeviceGetHandleByUUID", wanted["uuid"]) == 5
    assert nvml.call("nvmlDeviceGetHandleBySerial", wanted["serial"]) == 5
    assert nvml.code("nvmlDeviceGetHandleByUUID", "GPU-0") == NOT_FOUND
    assert nvml.code("nvmlDeviceGetHandleBySerial", "") == NOT_FOUND


@pytest.mark.parametrize(
    "text", ["0000:42:00.0", "00000000:42:00.0", "0:42:0.0", "42:00.0", "0000:42:00", "42:0"]
)
def test_by_place(start, h100, text):
    assert start(h100).call("nvmlDeviceGetHandleByPciBusId", text) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0000:43:00.0", NOT_FOUND),
        ("0001:42:00.0", NOT_FOUND),
        ("0000:42:00.1", NOT_FOUND),
        ("", INVALID_ARGUMENT),
        ("42", INVALID_ARGUMENT),
        ("42:00.", INVALID_ARGUMENT),
        ("42:00.0 ", INVALID_ARGUMENT),
        ("0000:42:00.0:1", INVALID_ARGUMENT),
        ("0:0:42:00.0", INVALID_ARGUMENT),
        ("x:42:00.0", INVALID_ARGUMENT),
        ("000000000:42:00.0", INVALID_ARGUMENT),
        ("0000:142:00.0", INVALID_ARGUMENT),
        ("0000:42:20.0", INVALID_ARGUMENT),
        ("0000:42:00.8", INVALID_ARGUMENT),
    ],
)
def test_by_no_place(start, h100, text, code):
    assert start(h100).code("nvmlDeviceGetHandleByPciBusId", text) == code


def test_nothing_outside_a_session(nvml):
    assert nvml.code("nvmlSystemGetDriverVersion") == 1
    assert nvml.code("nvmlShutdown") == 1


def test_sessions_count(start, h100):
    nvml = start(h100)
    nvml.call("nvmlInit")
    nvml.call("nvmlShutdown")
    assert nvml.call("nvmlDeviceGetIndex", gpu(3)) == 3


def test_no_handle_of_a_part(start, h100):
    h100["gpus"][0]["mig"] = True
    nvml = start(h100)
    assert nvml.call("nvmlDeviceGetMaxMigDeviceCount", gpu(0)) == 7
    assert nvml.code("nvmlDeviceGetMigDeviceHandleByIndex", gpu(0), 0) == NOT_FOUND
