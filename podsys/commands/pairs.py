"""Measure pairs of nodes in rounds, then measure again what the first rounds left in doubt."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from podsys.commands.check_session import CheckCluster
from podsys.core.judge.pairs import localise
from podsys.core.judge.resent import METRIC as RESENT
from podsys.core.judge.resent import retest_losses
from podsys.core.judge.thresholds import find_thresholds
from podsys.core.launchers.iperf3 import OVERHEAD_S, PairTest
from podsys.core.locate.fabric import Fabric
from podsys.core.locate.forecast import forecast_pairs
from podsys.core.parsers import Unreadable
from podsys.core.parsers.iperf3 import BothWays, read_both_ways
from podsys.core.retests import retest_pairs
from podsys.core.rounds import Pair, pack_rounds, plan_rounds, share_rounds
from podsys.core.topology import leaves_of
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement
from podsys.model.forecast import Forecast

CHECK, BANDWIDTH = "network.pairs", "tcp_pair_bw"
# What a round takes beyond measuring: starting the tools and exchanging results.
ROUND_OVERHEAD_S = 1.5
# A node that could not be reached this often costs no further round its time limit.
LOST_AFTER = 2
# Below the ports that Linux gives out by itself; a fresh one for each round, so that a
# server left by a killed run is never met.
PORTS = range(20000, 32000)


def count_at_once(cluster: CheckCluster) -> int:
    """Pairs that can be held at a time: both ends of each need a connection."""
    room = max(cluster.spec.ssh.fan_out, len(cluster.nodes))
    return max(1, min(512, room) // 2)


def forecast(cluster: CheckCluster) -> Forecast:
    """What measuring the pairs of this cluster takes."""
    accept, nodes = cluster.spec.accept, len(cluster.nodes)
    turns = max(1, ceil(nodes // 2 / count_at_once(cluster)))
    seconds = accept.seconds_per_pair
    hung_s = PairTest("", 0, seconds).limit_s + OVERHEAD_S + ROUND_OVERHEAD_S
    round_s = turns * (seconds + ROUND_OVERHEAD_S)
    whole = forecast_pairs(nodes, accept.max_rounds, round_s, turns * hung_s)
    known = cluster.measured_before(CHECK)
    if not known:
        return whole
    planned = share_rounds(nodes, accept.max_rounds).planned
    left = len(list_rounds(cluster.nodes, planned, leaves_of(cluster.spec), known))
    return replace(whole, usual_s=left * round_s, text=f"{left} of {planned} rounds are left")


def list_rounds(
    nodes: Iterable[str], rounds: int, leaves: Mapping[str, str], known: Iterable[Measurement]
) -> list[list[Pair]]:
    """Planned rounds without pairs that are known, and without those of which nothing is left."""
    done = {frozenset(one.nodes) for one in known if one.value is not None}
    planned = plan_rounds(sorted(nodes), rounds, leaves)
    left = ([pair for pair in pairs if frozenset(pair) not in done] for pairs in planned)
    return [pairs for pairs in left if pairs]


@dataclass
class PairRun:
    """One run over all rounds. `keep` stores raw output and says where it lies.

    `record` gets each measurement at once. `known` are those of an earlier run that still hold.
    `left` is told how many seconds the planned rounds still take.
    """

    fleet: Fleet
    addresses: dict[str, str]
    seconds: int
    check: str
    keep: Callable[[str, str], str]
    report: Callable[[str], None]
    at_once: int
    leaves: Mapping[str, str] = field(default_factory=dict)
    record: Callable[[Measurement], None] = lambda _: None
    left: Callable[[float], None] = lambda _: None
    known: Sequence[Measurement] = ()
    loss_baseline: Baseline | None = None
    losses: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)

    def measure(
        self, max_rounds: int, baseline: Baseline | None, line_rate: float | None
    ) -> list[Measurement]:
        """All there is to know of the pairs, what was known before included."""
        budget = share_rounds(len(self.addresses), max_rounds)
        rounds = list_rounds(self.addresses, budget.planned, self.leaves, self.known)
        found = list(self.known)
        for number, pairs in enumerate(rounds, 1):
            self.left((len(rounds) - number + 1) * self._round_s())
            self.report(f"pairs: round {number} of {len(rounds)}, {len(pairs)} pairs at once")
            found += self.measure_round(pairs)
        for _ in range(budget.retests if baseline else 0):
            assert baseline
            again = self._measure_again(found, baseline, line_rate)
            if not again:
                break
            found += again
        return found

    def _round_s(self) -> float:
        turns = max(1, ceil(len(self.addresses) // 2 / self.at_once))
        return turns * (self.seconds + ROUND_OVERHEAD_S)

    def _measure_again(
        self, found: Sequence[Measurement], baseline: Baseline, line_rate: float | None
    ) -> list[Measurement]:
        """One round of what is in doubt; nothing when there is no doubt."""
        fabric = Fabric({(node, ""): leaf for node, leaf in self.leaves.items()})
        speeds = [one for one in found if one.metric == BANDWIDTH]
        thresholds = find_thresholds(speeds, baseline, line_rate)
        pairs, localised = localise(speeds, thresholds, fabric)
        doubtful = retest_pairs(pairs, localised)
        doubtful += retest_losses(found, self.loss_baseline, fabric)
        wanted = dict.fromkeys((one[0], other[0]) for one, other in doubtful)
        packed = pack_rounds(pair for pair in wanted if not self._lost({*pair}))
        if not packed:
            return []
        self.left(self._round_s())
        self.report("pairs: again " + ", ".join("--".join(pair) for pair in packed[0]))
        return self.measure_round(packed[0])

    def measure_round(self, pairs: Sequence[Pair]) -> list[Measurement]:
        """All pairs at once, as far as connections allow; every pair gives two measurements."""
        found: list[Measurement] = []
        alive = [pair for pair in pairs if not self._lost({*pair})]
        for start in range(0, len(alive), self.at_once):
            found += self._record(self._measure_at_once(alive[start : start + self.at_once]))
        for pair in pairs:
            if pair not in alive:
                found += self._record(self._leave_out(pair))
        return found

    def _record(self, found: Iterable[Measurement]) -> Iterator[Measurement]:
        for one in found:
            self.record(one)
            yield one

    def _leave_out(self, pair: Pair) -> Iterator[Measurement]:
        lost = tuple(self._lost({*pair}))
        yield from self._nothing(pair, f"{lost[0]}: {self.reasons[lost[0]]}", lost)

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
            ways = read_both_ways(text)
        except Unreadable as error:
            lost = tuple(end.node for end in (client, server) if end.error)
            problem = _explain(error, client, server)
            yield from self._nothing(pair, problem, lost, client.seconds, evidence)
            return
        yield from self._numbers(pair, ways, evidence, round(client.seconds, 2))

    def _numbers(
        self, pair: Pair, ways: BothWays, evidence: str, took: float
    ) -> Iterator[Measurement]:
        both = (pair, pair[::-1])
        for way, rate in zip(both, ways.gbps, strict=True):
            yield Measurement(self.check, BANDWIDTH, way, rate, "Gbit/s", evidence, seconds=took)
        for way, share in zip(both, ways.resent, strict=True):
            if share is not None:
                yield Measurement(self.check, RESENT, way, 100 * share, "%", evidence)

    def _nothing(
        self,
        pair: Pair,
        problem: str,
        lost: tuple[str, ...] = (),
        seconds: float = 0.0,
        evidence: str = "",
    ) -> Iterator[Measurement]:
        took = round(seconds, 2)
        for way in (pair, pair[::-1]):
            yield Measurement(
                self.check, BANDWIDTH, way, None, "Gbit/s", evidence, problem, took, lost=lost
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
