"""Nodes in good health, one of each shipped platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from podsys.lab.hardware.state import healthy_state
from tests.lab_unit.hardware.hardware_sample import PLATFORMS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "platform_id" in metafunc.fixturenames:
        metafunc.parametrize("platform_id", sorted(PLATFORMS))


@pytest.fixture
def make_state() -> Callable[[str], dict[str, Any]]:
    """`make_state("hgx-h100")`: the healthy state of a node of that platform."""
    return lambda name: healthy_state(PLATFORMS[name], "node1")


@pytest.fixture
def h100(make_state: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return make_state("hgx-h100")
