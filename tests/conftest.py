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
