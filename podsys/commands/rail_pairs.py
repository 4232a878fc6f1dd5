"""Measure pairs of nodes on all their rails at once, round after round."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from podsys.commands.check_tools import explain
from podsys.core.launchers.node_tool import ABSENT_CODE
from podsys.core.launchers.perftest import OVERHEAD_S, RailTest, split_rails
from podsys.core.parsers import Unreadable, perftest, read_output
from podsys.core.rails import Rail, common_rails
from podsys.core.rounds import Pair, plan_rounds, share_rounds
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.finding import Measurement

METRIC, UNIT = "rdma_pair_bw", "Gbit/s"
PORTS = range(20000, 31000)


@dataclass
class RailRun:
    """`rails`: by node. `keep` stores raw output and says where it lies."""

    fleet: Fleet
    addresses: Mapping[str, str]
    rails: Mapping[str, Sequence[Rail]]
    seconds: int
    check: str
    keep: Callable[[str, str], str]
    report: Callable[[str], None]

    def measure(self, max_rounds: int, leaves: Mapping[str, str]) -> Iterator[Measurement]:
        """Every pair both ways, one after the other: perftest adds both up where asked for both."""
        names = sorted(self.rails)
        rounds = plan_rounds(names, share_rounds(len(names), max_rounds).planned, leaves)
        for number, pairs in enumerate(rounds, 1):
            self.report(f"rails: round {number} of {len(rounds)}, {len(pairs)} pairs at once")
            yield from self._measure_round(pairs)
            yield from self._measure_round([(other, one) for one, other in pairs])

    def _measure_round(self, pairs: Sequence[Pair]) -> Iterator[Measurement]:
        tests = {pair: self._plan(pair) for pair in pairs}
        commands = {pair[1]: Command(test.server_command()) for pair, test in tests.items()}
        commands |= {pair[0]: Command(test.client_command()) for pair, test in tests.items()}
        limit = max((test.limit_s for test in tests.values()), default=0) + OVERHEAD_S
        outcomes = {found.node: found for found in self.fleet.run_each(commands, limit)}
        for pair, test in tests.items():
            yield from self._read(pair, test, outcomes[pair[0]])

    def _plan(self, pair: Pair) -> RailTest:
        rails = common_rails(self.rails[pair[0]], self.rails[pair[1]])
        return RailTest(self.addresses[pair[1]], secrets.choice(PORTS), self.seconds, rails)

    def _read(self, pair: Pair, test: RailTest, outcome: Outcome) -> Iterator[Measurement]:
        text = outcome.stdout.decode(errors="replace")
        evidence = self.keep("rails.txt", f"# {pair[0]} -> {pair[1]}\n{text}\n")
        said = split_rails(text)
        problem = ""
        if outcome.error or outcome.code in (124, 137, 143, ABSENT_CODE):
            words = outcome.stderr.decode(errors="replace")
            problem = explain(outcome.code, outcome.error, words)
        for rail in test.rails:
            value, reason = read_rate(said.get(rail, ""))
            yield Measurement(
                self.check, METRIC, pair, None if problem else value, UNIT, evidence,
                problem or reason, round(outcome.seconds, 2), (rail, rail),
            )  # fmt: skip


def read_rate(text: str) -> tuple[float | None, str]:
    """Gbit/s of one sound test; else why there is none."""
    try:
        output = read_output(perftest, text)
    except Unreadable as error:
        return None, error.reason
    values = [figure.value for figure in output.figures if figure.metric == "rdma_write_bw"]
    if output.is_sound and len(values) == 1:
        return values[0], ""
    reasons = (*output.faults, *output.gaps, "no single result of ib_write_bw")
    return None, reasons[0]
