"""Options that every test may ask for."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers one makes all practice nodes, from the start; files stay whole.

    What is measured on nodes comes last, when the other worker is idle by then.
    """
    for item in items:
        on_nodes = item.get_closest_marker("lab") is not None
        item.add_marker(pytest.mark.xdist_group("lab" if on_nodes else item.nodeid.split("::")[0]))
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("lab") is None:
        return 2
    return 1 if item.get_closest_marker("measures") else 0
