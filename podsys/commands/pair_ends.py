"""Both ends of every pair at once: one is the server, the other asks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from podsys.core.rounds import Pair
from podsys.effects.ssh import Command, Fleet, Outcome


class EndsTest(Protocol):
    """What is run between two nodes; both ends end by themselves after `limit_s`."""

    @property
    def limit_s(self) -> int: ...

    def server_command(self) -> str: ...

    def client_command(self) -> str: ...


def run_ends(
    fleet: Fleet, tests: Mapping[Pair, EndsTest], overhead_s: float
) -> Iterator[tuple[Pair, Outcome, Outcome]]:
    """What the client and the server of each pair came to; no node is in two pairs."""
    commands = {pair[1]: Command(test.server_command()) for pair, test in tests.items()}
    commands |= {pair[0]: Command(test.client_command()) for pair, test in tests.items()}
    limit = max((test.limit_s for test in tests.values()), default=0) + overhead_s
    outcomes = {found.node: found for found in fleet.run_each(commands, limit)}
    for pair in tests:
        yield pair, outcomes[pair[0]], outcomes[pair[1]]
