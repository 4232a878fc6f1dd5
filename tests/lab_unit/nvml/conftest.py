"""One library for all tests, compiled once, and one process that uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from podsys.lab.hardware.nvml import nvml_view
from podsys.lab.hardware.state import healthy_state
from podsys.lab.nvml_build import ensure_nvml_library
from tests.lab_unit.hardware.hardware_sample import PLATFORMS
from tests.lab_unit.nvml.nvml_client import Nvml

State = dict[str, Any]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_nvml_library(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="session")
def process(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nvml]:
    nvml = Nvml(library, tmp_path_factory.mktemp("view") / "nvml")
    yield nvml
    nvml.close()


@pytest.fixture
def nvml(process: Nvml) -> Iterator[Nvml]:
    """A program that has not begun yet."""
    yield process
    process.stop()


@pytest.fixture
def h100() -> State:
    return healthy_state(PLATFORMS["hgx-h100"], "node1")


@pytest.fixture
def start(nvml: Nvml) -> Callable[[State], Nvml]:
    """`start(state)`: a program that begins on a node in this state."""

    def begin(state: State) -> Nvml:
        nvml.start(nvml_view(state))
        return nvml

    return begin
