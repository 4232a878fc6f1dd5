"""NVML's lines about how a GPU runs: clocks, power, temperature, load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from podsys.lab.hardware.nvml_codes import THROTTLES, number_of

Line = tuple[str, object]
Gpu = Mapping[str, Any]
Model = Mapping[str, Any]


def list_clock_lines(gpu: Gpu, model: Model) -> Iterator[Line]:
    """MHz. `clocks.locked` is the ceiling that an admin has set; 0 is none."""
    clocks = gpu["clocks"]
    usual = model.get("clocks.default.sm", clocks["max_sm"])
    yield "clocks.sm", clocks["sm"]
    yield "clocks.memory", clocks["mem"]
    yield "clocks.max.sm", clocks["max_sm"]
    yield "clocks.max.memory", clocks["max_mem"]
    yield "clocks.default.sm", usual
    yield "clocks.default.memory", clocks["max_mem"]
    yield "clocks.application.sm", usual
    yield "clocks.application.memory", clocks["max_mem"]
    yield "clocks.locked", clocks["locked"] or 0
    reasons = {number_of(THROTTLES, name) for name in gpu["throttle"]}
    yield "clocks.reasons", f"{sum(reasons):#x}"


def list_power_lines(gpu: Gpu) -> Iterator[Line]:
    """Milliwatts."""
    yield "power.usage", round(gpu["power_w"] * 1000)
    yield "power.limit", round(gpu["power_limit_w"] * 1000)
    yield "power.default", round(gpu["power_default_w"] * 1000)


def list_temperature_lines(gpu: Gpu, model: Model) -> Iterator[Line]:
    yield "temperature", gpu["temperature_c"]
    if "temperature.limit" in model:
        yield "temperature.margin", model["temperature.limit"] - gpu["temperature_c"]
    yield "utilisation.gpu", gpu["utilisation"]
    yield "utilisation.memory", 0
