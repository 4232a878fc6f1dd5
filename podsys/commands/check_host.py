"""testinfra's `host` over podsys's own door to the nodes: pinned keys, and time limits."""

from __future__ import annotations

from typing import Any

import pytest
from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from podsys.commands.check_session import CheckCluster
from podsys.effects.ssh import Fleet

LIMIT_S = 30.0


class NotMeasuredError(Exception):
    """The check could not look; that is unknown, never a failure and never a pass."""


class FleetBackend(BaseBackend):  # type: ignore[misc]  # testinfra ships no types
    """Runs testinfra's commands on one node."""

    NAME = "podsys"

    def __init__(self, fleet: Fleet, node: str, sudo: bool) -> None:
        super().__init__(node, sudo=sudo)
        self.fleet = fleet

    def run(self, command: str, *args: str, **_: Any) -> CommandResult:
        text = self.get_command(command, *args)
        outcome = self.fleet.run(self.hostname, text, LIMIT_S)
        if outcome.error or outcome.code is None:
            raise NotMeasuredError(f"{self.hostname}: {outcome.error or 'no exit code'}")
        return self.result(outcome.code, text.encode(), outcome.stdout, outcome.stderr)


@pytest.fixture(scope="session")
def host(request: pytest.FixtureRequest, fleet: Fleet, cluster: CheckCluster) -> Host:
    """testinfra's host, once for each node."""
    backend = FleetBackend(fleet, request.param, sudo=cluster.spec.ssh.user != "root")
    found = Host(backend)
    backend.set_host(found)
    return found
