"""A view that changes, is only half there, or is no view: never a crash, never a made-up answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.state import healthy_state
from podsys.lab.nvml_build import SOURCES
from tests.lab_unit.hardware.hardware_sample import PLATFORMS
from tests.lab_unit.nvml.nvml_client import gpu

UNKNOWN = 999
GOOD = nvml_view(healthy_state(PLATFORMS["hgx-h100"], "node1")).encode()
EVERY = re.compile(r"\b(nvml[A-Z]\w+)")
NUMBERS = ["", "-1", "x", "1e3", "0x", "9" * 30, "nan", "1 ", "--1", "\x1b[31m1", "ü"]
LINES = [line.split(b"=")[0] for line in GOOD.splitlines()]


@pytest.fixture
def names():
    """Every function that answers with a code, but those that begin, end or set something."""
    found = {name for path in SOURCES.glob("*.c") for name in EVERY.findall(path.read_text())}
    others = ("nvmlDeviceSet", "nvmlDeviceReset", "nvmlDeviceClear", "nvmlInit", "nvmlShutdown")
    return sorted(name for name in found if not name.startswith((*others, "nvmlErrorString")))


def test_change_is_seen_at_once(start, h100):
    nvml = start(h100)
    for degrees in range(40, 60):
        h100["gpus"][0]["temperature_c"] = degrees
        nvml.show(nvml_view(h100))
        assert nvml.call("nvmlDeviceGetTemperature", gpu(0), 0) == degrees


def test_change_in_place_is_seen(start, h100):
    nvml = start(h100)
    h100["gpus"][0] |= {"lost": True, "error": "any words that make the text longer"}
    nvml.view.write_text(nvml_view(h100) + "rest of an older text\nend=1\n")
    assert nvml.code("nvmlDeviceGetHandleByIndex", 0) == 15


@pytest.mark.parametrize("size", [0, 1, 100, len(GOOD) // 2, len(GOOD) - 1])
def test_half_a_view(nvml, size):
    nvml.show(GOOD[:size])
    assert nvml.code("nvmlInit") == UNKNOWN
    nvml.start(GOOD)
    assert nvml.call("nvmlDeviceGetIndex", gpu(0)) == 0
    nvml.show(GOOD[:size])
    assert nvml.call("nvmlDeviceGetTemperature", gpu(0), 0) == 30


def test_no_view(nvml):
    nvml.view.unlink(missing_ok=True)
    assert nvml.code("nvmlInit") == 9
    nvml.view.mkdir()
    assert nvml.code("nvmlInit") == UNKNOWN
    nvml.view.rmdir()


def test_view_goes_away(nvml):
    nvml.start(GOOD)
    nvml.view.unlink()
    assert nvml.call("nvmlDeviceGetTemperature", gpu(0), 0) == 30


def test_enormous_view(nvml):
    nvml.show(b"x=1\n" * 300000 + b"end=1\n")
    assert nvml.code("nvmlInit") == UNKNOWN


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("key", "name", "args"),
    [
        ("temperature", "nvmlDeviceGetTemperature", [0]),
        ("power.usage", "nvmlDeviceGetPowerUsage", []),
        ("memory.total", "nvmlDeviceGetMemoryInfo", []),
        ("remapped.pending", "nvmlDeviceGetRemappedRows", []),
        ("ecc.volatile.dram.uncorrected", "nvmlDeviceGetTotalEccErrors", [1, 0]),
        ("pci.id", "nvmlDeviceGetPciInfo", []),
        ("processes", "nvmlDeviceGetComputeRunningProcesses", []),
        ("nvlink.0.crc", "nvmlDeviceGetNvLinkErrorCounter", [0, 2]),
        ("fabric.state", "nvmlDeviceGetGpuFabricInfo", [{"struct": "c_nvmlGpuFabricInfo_t"}]),
    ],
)
def test_number_that_is_none(nvml, key, name, args, number):
    line = f"gpu.0.{key}={number}\n".encode()
    nvml.start(re.sub(rf"gpu\.0\.{key}=.*\n".encode(), lambda _: line, GOOD))
    assert nvml.code(name, gpu(0), *args) == UNKNOWN


def test_number_that_does_not_fit(nvml):
    nvml.start(GOOD.replace(b"gpu.0.power.usage=70000", b"gpu.0.power.usage=0x100000000"))
    assert nvml.code("nvmlDeviceGetPowerUsage", gpu(0)) == UNKNOWN


def test_too_much_is_used(nvml):
    nvml.start(GOOD.replace(b"gpu.0.memory.used=0", b"gpu.0.memory.used=81559"))
    assert nvml.code("nvmlDeviceGetMemoryInfo", gpu(0)) == UNKNOWN


@pytest.mark.parametrize("count", ["65", "-1", "", "all"])
def test_impossible_number_of_gpus(nvml, count):
    nvml.start(GOOD.replace(b"gpu.count=8", f"gpu.count={count}".encode()))
    assert nvml.code("nvmlDeviceGetCount") == UNKNOWN


def test_text_that_is_too_long(nvml):
    nvml.start(GOOD.replace(b"gpu.0.name=", b"gpu.0.name=" + b"x" * 200))
    assert nvml.code("nvmlDeviceGetName", gpu(0)) == 7


def test_no_argument_crashes_it(nvml, names):
    nvml.start(GOOD)
    assert set(nvml.call("call_all", names)) >= {0, 2, 3}


def test_every_getter_answers_on_a_good_view(nvml):
    nvml.start(GOOD)
    assert nvml.call("read_all") > 8 * 100


def edit(lines):
    """The good view with other values at some of its keys."""
    values = dict(line.split(b"=", 1) for line in GOOD.splitlines())
    values |= lines
    return b"".join(b"%s=%s\n" % (key, value) for key, value in values.items())


HOSTILE = st.one_of(
    st.binary(max_size=400),
    st.binary(max_size=400).map(lambda noise: noise + b"\nend=1\n"),
    st.integers(0, len(GOOD)).map(lambda size: GOOD[:size] + b"\nend=1\n"),
    st.dictionaries(
        st.sampled_from(LINES[:-1]),
        st.one_of(
            st.binary(max_size=300).map(lambda value: value.replace(b"\n", b"")),
            st.integers(-(2**65), 2**65).map(lambda number: str(number).encode()),
        ),
        max_size=12,
    ).map(edit),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=HOSTILE)
def test_no_view_crashes_it(nvml, names, text):
    """All that pynvml can ask, and all calls with odd arguments; answers may be errors."""
    nvml.stop()
    nvml.call("forget")
    nvml.show(text)
    if nvml.code("nvmlInit") == 0:
        nvml.code("read_all")
        nvml.code("call_all", names)
