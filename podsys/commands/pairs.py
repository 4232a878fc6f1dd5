"""Measure pairs of nodes in rounds, then measure again what the first rounds left in doubt."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from podsys.core.judge.pairs import localise
from podsys.core.judge.thresholds import find_thresholds
from podsys.core.launchers.iperf3 import OVERHEAD_S, PairTest
from podsys.core.locate.fabric import Fabric
from podsys.core.locate.forecast import describe_plan
from podsys.core.parsers import Unreadable
from podsys.core.parsers.iperf3 import parse_both_ways
from podsys.core.retests import retest_pairs
from podsys.core.rounds import Pair, pack_rounds, plan_rounds, share_rounds
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

# What a round takes beyond measuring: starting the tools and exchanging results.
ROUND_OVERHEAD_S = 1.5
# A node that could not be reached this often costs no further round its time limit.
LOST_AFTER = 2
# Below the ports that Linux gives out by itself; a fresh one for each round, so that a
# server left by a killed run is never met.
PORTS = range(20000, 32000)


@dataclass
class PairRun:
    """One run over all rounds. `keep` stores raw output and says where it lies."""

    fleet: Fleet
    addresses: dict[str, str]
    seconds: int
    check: str
    keep: Callable[[str, str], str]
    report: Callable[[str], None]
    at_once: int
    leaves: Mapping[str, str] = field(default_factory=dict)
    losses: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)

    def measure(
        self, max_rounds: int, baseline: Baseline | None, line_rate: float | None
    ) -> list[Measurement]:
        budget = share_rounds(len(self.addresses), max_rounds)
        rounds = plan_rounds(sorted(self.addresses), budget.planned, self.leaves)
        turns = max(1, ceil(len(self.addresses) // 2 / self.at_once))
        per_round = turns * (self.seconds + ROUND_OVERHEAD_S)
        self.report(f"pairs: {describe_plan(len(self.addresses), max_rounds, per_round)}")
        found: list[Measurement] = []
        for number, pairs in enumerate(rounds, 1):
            self.report(f"pairs: round {number} of {len(rounds)}, {len(pairs)} pairs at once")
            found += self.measure_round(pairs)
        for _ in range(budget.retests if baseline else 0):
            assert baseline
            again = self._measure_again(found, baseline, line_rate)
            if not again:
                break
            found += again
        return found

    def _measure_again(
        self, found: Sequence[Measurement], baseline: Baseline, line_rate: float | None
    ) -> list[Measurement]:
        """One round of what is in doubt; nothing when there is no doubt."""
        fabric = Fabric({(node, ""): leaf for node, leaf in self.leaves.items()})
        thresholds = find_thresholds(found, baseline, line_rate)
        pairs, localised = localise(found, thresholds, fabric)
        wanted = [(one[0], other[0]) for one, other in retest_pairs(pairs, localised)]
        packed = pack_rounds(pair for pair in wanted if not self._lost({*pair}))
        if not packed:
            return []
        self.report("pairs: again " + ", ".join("--".join(pair) for pair in packed[0]))
        return self.measure_round(packed[0])

    def measure_round(self, pairs: Sequence[Pair]) -> list[Measurement]:
        """All pairs at once, as far as connections allow; every pair gives two measurements."""
        found: list[Measurement] = []
        alive = [pair for pair in pairs if not self._lost({*pair})]
        for start in range(0, len(alive), self.at_once):
            found += self._measure_at_once(alive[start : start + self.at_once])
        for pair in pairs:
            lost = self._lost({*pair})
            if lost:
                found += self._nothing(pair, f"{lost[0]} was lost: {self.reasons[lost[0]]}", 0.0)
        return found

    def _measure_at_once(self, pairs: Sequence[Pair]) -> Iterator[Measurement]:
        tests = {pair: self._plan_test(pair) for pair in pairs}
        commands = {pair[1]: Command(test.server_command()) for pair, test in tests.items()}
        commands |= {pair[0]: Command(test.client_command()) for pair, test in tests.items()}
        limit = max((test.limit_s for test in tests.values()), default=0) + OVERHEAD_S
        outcomes = {found.node: found for found in self.fleet.run_each(commands, limit)}
        for pair in pairs:
            self._note_losses(outcomes[node] for node in pair)
            yield from self._read(pair, outcomes[pair[0]], outcomes[pair[1]])

    def _plan_test(self, pair: Pair) -> PairTest:
        return PairTest(self.addresses[pair[1]], secrets.choice(PORTS), self.seconds)

    def _read(self, pair: Pair, client: Outcome, server: Outcome) -> Iterator[Measurement]:
        text = client.stdout.decode(errors="replace")
        evidence = self.keep("pairs.txt", f"# {pair[0]} -> {pair[1]} and back\n{text}\n")
        try:
            if client.error:
                raise Unreadable(client.error)
            rates = parse_both_ways(text)
        except Unreadable as error:
            yield from self._nothing(
                pair, _explain(error, client, server), client.seconds, evidence
            )
            return
        for way, rate in zip((pair, pair[::-1]), rates, strict=True):
            yield self._measurement(way, rate, evidence, "", client.seconds)

    def _nothing(
        self, pair: Pair, problem: str, seconds: float, evidence: str = ""
    ) -> Iterator[Measurement]:
        for way in (pair, pair[::-1]):
            yield self._measurement(way, None, evidence, problem, seconds)

    def _measurement(
        self, way: Pair, value: float | None, evidence: str, problem: str, seconds: float
    ) -> Measurement:
        return Measurement(
            self.check, "tcp_pair_bw", way, value, "Gbit/s", evidence, problem, round(seconds, 2)
        )

    def _note_losses(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.error:
                self.losses[outcome.node] += 1
                self.reasons[outcome.node] = outcome.error

    def _lost(self, nodes: set[str]) -> list[str]:
        return sorted(node for node in nodes if self.losses[node] >= LOST_AFTER)


def _explain(error: Unreadable, client: Outcome, server: Outcome) -> str:
    """Which end failed, and with what words."""
    parts = [f"{client.node}: {_last_words(client) or error.reason}"]
    if server.error or server.code:
        parts.append(f"{server.node}: {_last_words(server) or f'ended with code {server.code}'}")
    return "; ".join(parts)


def _last_words(outcome: Outcome) -> str:
    if outcome.error:
        return outcome.error
    if outcome.code == 124:
        return "no result within the time limit"
    said = outcome.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else ""
