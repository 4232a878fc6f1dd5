"""Field values of a healthy GPU, and what is no field."""

from __future__ import annotations

import pytest

from podsys.lab.hardware.state import healthy_state
from tests.lab_unit.hardware.hardware_sample import PLATFORMS
from tests.lab_unit.nvml.nvml_client import gpu

NOT_SUPPORTED, INVALID = {"code": 3}, {"code": 2}
VALUES = [
    ([1, 2], [1, 1]),
    ([3, 4, 5, 6, 11, 12, 22, 23], [0] * 8),
    ([7, 13, 28], [NOT_SUPPORTED] * 3),
    ([29, 30, 31, 92, 93], [NOT_SUPPORTED] * 5),
    ([74, 75, 76, 77, 78, 79, 80, 81], [0] * 8),
    ([83, 191], [NOT_SUPPORTED] * 2),
    ([84, 89, 132, 137, 90, 91], [26562, 26562, 26562, 26562, 26562, 18]),
    ([94, 95], [0, 0]),
    ([[138, 0], [139, 1], [140, 2], [141, 3]], [0] * 4),
    ([142, 143, 144, 145], [0] * 4),
    ([147, 170], [18, 0]),
    ([[161, 17], [162, 17], [163, 17]], [0] * 3),
    ([[164, 17], [165, 17], [166, 17]], [26562, 1, 6]),
    ([[161, 18], [164, 18], [165, 18]], [INVALID] * 3),
    ([169, *range(173, 184)], [0] * 12),
    ([185, 186, 187, 188, 189, 190, 192], [70000, 70000, 200000, 700000, 700000, 700000, 700000]),
    ([193, 194, 195, 196], [-8, -2, 0, 0]),
    ([226, 230, 307], [NOT_SUPPORTED] * 3),
    ([0, 308, 2**32 - 1], [INVALID] * 3),
]


@pytest.mark.parametrize(("wanted", "values"), VALUES)
def test_value(start, h100, wanted, values):
    assert start(h100).fields(0, *wanted) == values


def test_gpu_without_links(start, h100):
    for one in h100["gpus"]:
        one["nvlinks"] = []
    nvml = start(h100)
    assert nvml.fields(0, 91, 90, 32, 138) == [0, *[NOT_SUPPORTED] * 3]
    assert nvml.code("nvmlDeviceGetNvLinkState", gpu(0), 0) == 3
    assert nvml.call("nvmlDeviceGetP2PStatus", gpu(0), gpu(1), 2) == 5


def test_no_fields_at_all(start, h100):
    assert start(h100).code("nvmlDeviceGetFieldValues", gpu(0), []) == 2


@pytest.mark.parametrize(
    ("platform", "generation", "links", "thresholds"),
    [("hgx-a100", 4, 12, [92, 89, 95, 85]), ("h100-pcie", 5, 18, [])],
)
def test_other_models(start, platform, generation, links, thresholds):
    nvml = start(healthy_state(PLATFORMS[platform], "node1"))
    assert nvml.call("nvmlDeviceGetMaxPcieLinkGeneration", gpu(0)) == generation
    assert nvml.fields(0, 91) == [links]
    for kind, degrees in enumerate(thresholds):
        assert nvml.call("nvmlDeviceGetTemperatureThreshold", gpu(0), kind) == degrees
