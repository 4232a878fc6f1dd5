"""The view that libnvidia-ml reads, rendered from the state."""

from __future__ import annotations

from copy import deepcopy

import pytest

from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.nvml_codes import COMPUTE_MODES, code_of, number_of
from podsys.lab.hardware.nvml_models import FOLDER, load_model
from podsys.lab.hardware.nvml_places import measure_distance


def read(state):
    text = nvml_view(state)
    lines = [line.split("=", 1) for line in text.splitlines()]
    assert len({key for key, _ in lines}) == len(lines), "a key stands twice"
    return dict(lines)


def test_every_platform_has_its_view(platform_id, make_state):
    state = make_state(platform_id)
    if state["driver"]["vendor"] != "nvidia":
        assert nvml_view(state) == ""
        return
    view = read(state)
    assert view["gpu.count"] == str(len(state["gpus"]))
    assert view["nvml.error"] == "0"
    assert list(view)[-1] == "end"
    assert nvml_view(state).endswith("\nend=1\n")


def test_state_is_not_touched(h100):
    before = deepcopy(h100)
    nvml_view(h100)
    assert h100 == before


def test_values_are_one_line(h100):
    h100["gpus"][0]["name"] = "two\nlines=1\nend=1"
    assert read(h100)["gpu.0.name"] == "two lines=1 end=1"


def test_unknown_model_is_only_less_known(h100):
    for device in h100["devices"].values():
        if device["kind"] == "gpu":
            device["device"] = "ffff"
    view = read(h100)
    assert view["gpu.0.pci.id"] == "0xffff10de"
    assert view["gpu.0.clocks.default.sm"] == "1980"
    assert "gpu.0.architecture" not in view


def test_missing_gpu_moves_the_others_up(h100):
    h100["devices"][h100["gpus"][2]["bdf"]]["present"] = False
    view = read(h100)
    assert view["gpu.count"] == "7"
    assert view["gpu.2.uuid"] == h100["gpus"][3]["uuid"]


def test_nothing_below_a_missing_switch(h100):
    gpu = h100["devices"][h100["gpus"][0]["bdf"]]
    h100["devices"][gpu["parent"]]["present"] = False
    assert read(h100)["gpu.count"] == "7"


def test_missing_nvswitch_ends_no_link(h100):
    gone = next(bdf for bdf, one in h100["devices"].items() if one["kind"] == "nvswitch")
    h100["devices"][gone]["present"] = False
    assert gone not in nvml_view(h100)


def test_gpus_without_nvswitch_go_in_pairs(make_state):
    state = make_state("h100-pcie")
    view = read(state)
    assert view["gpu.0.nvlink.0.remote.type"] == "0"
    assert view["gpu.0.nvlink.0.remote.bdf"] == state["gpus"][1]["bdf"]
    assert "gpu.0.nvlink.17.remote.bdf" not in view


def test_distances(make_state):
    a100 = make_state("hgx-a100")
    places = [gpu["bdf"] for gpu in a100["gpus"]]
    found = [measure_distance(a100["devices"], places[0], other) for other in places[1:]]
    assert found == [10, 40, 40, 50, 50, 50, 50]


@pytest.mark.parametrize(("level", "bus"), [(30, "0000:15:02.0"), (40, "0000:16:02.0")])
def test_distance_of_root_ports(h100, level, bus):
    """Two ports of one host bridge are nearer than two of one NUMA node."""
    devices = h100["devices"]
    one, other = h100["gpus"][0]["bdf"], h100["gpus"][1]["bdf"]
    above = devices[devices[other]["parent"]]["parent"]
    devices[bus] = devices.pop(devices[above]["parent"])
    devices[above]["parent"] = bus
    assert measure_distance(devices, one, other) == level


def test_words_and_numbers():
    assert number_of(COMPUTE_MODES, "Exclusive-Process") == 3
    assert number_of(COMPUTE_MODES, 2) == 2
    assert code_of("GPU is lost") == 15
    assert code_of("what nobody knows") == 999
    with pytest.raises(ValueError, match=r"'fast'.*default, prohibited, exclusive_process"):
        number_of(COMPUTE_MODES, "fast")


def test_throttle_that_nvml_has_not_is_named(h100):
    h100["gpus"][0]["throttle"] = ["slow"]
    with pytest.raises(ValueError, match="'slow'"):
        nvml_view(h100)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_models_are_complete(path):
    model = load_model(path.stem.replace("-", ":"))
    assert {"brand", "architecture", "cuda.major", "cuda.minor", "nvlink.version"} <= set(model)
    assert all(isinstance(value, (str, int)) for value in model.values())
    assert model["power.min"] < model["power.max"]
