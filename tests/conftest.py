"""Options that every test may ask for."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Where tests use practice nodes; workers' markers are not known where the work is shared out.
# Those with emulated hardware measure nothing, and share no cluster with the others.
EMULATED = re.compile(r"^tests/lab/test_(fault_catalog|lab_hardware)\.py$")
ON_NODES = re.compile(r"^tests/lab/|/test_on_lab\.py$")

# A landing must not depend on luck; by hand every run looks at new examples.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("default", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite tests/golden from what podsys renders now",
    )


class ByPlace(LoadScopeScheduling):
    """One worker has all that measures on practice nodes, from the start; files stay whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", maxsplit=1)[0]
        if EMULATED.search(file):
            return "emulated hardware"
        return "practice nodes" if ON_NODES.search(file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPlace:
    return ByPlace(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Practice nodes first, and of these last what measures: by then the other worker is done."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("lab") is None:
        return 2
    return 1 if item.get_closest_marker("measures") else 0
