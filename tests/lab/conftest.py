"""One practice cluster for all tests of the whole thread: deployed once, left converged."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from podsys import lab
from podsys.lab import faults
from tests.lab import practice
from tests.lab.practice import Outcome, Site

NAME = f"t-thread-{os.getpid()}"


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Outcome]]:
    """Four nodes that nobody has set up before, and what their first deploy said."""
    try:
        site = practice.make_site(tmp_path_factory.mktemp("site") / "thread", NAME)
        yield site, site.deploy("--yes")
    finally:
        lab.down(NAME)


@pytest.fixture
def site(fresh: tuple[Site, Outcome]) -> Iterator[Site]:
    """The deployed cluster; a test that leaves faults or edits behind does no harm to others."""
    found, first = fresh
    assert first.code == 0, first.err
    file = found.root / "cluster.yaml"
    text = file.read_text()
    yield found
    file.write_text(text)
    for node in lab.status(found.lab).nodes:
        if node.state != "running":
            faults.heal(node.name, found.lab)
