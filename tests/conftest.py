"""Options that every test may ask for."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Tests that share one deployed cluster, or judge what they measure: side by side they would measure
# each other. Markers are not known where the work is shared out.
ONE_AFTER_THE_OTHER = re.compile(r"^tests/lab/thread/|/test_on_lab\.py$")

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
    """What must not overlap goes to one worker; of all others each file goes to who is free."""

    def _split_scope(self, nodeid: str) -> str:
        file = _file_of(nodeid)
        return "one after the other" if ONE_AFTER_THE_OTHER.search(file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPlace:
    return ByPlace(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest work first, so that the workers end at the same time."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if ONE_AFTER_THE_OTHER.search(_file_of(item.nodeid)):
        return 0
    return 1 if item.get_closest_marker("lab") else 2


def _file_of(nodeid: str) -> str:
    return nodeid.split("::", maxsplit=1)[0]
