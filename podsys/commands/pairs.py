"""Pairs of nodes over TCP, by iperf3: bandwidth both ways at once, and what was sent again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from podsys.commands.check_session import CheckCluster
from podsys.commands.pair_ends import run_ends
from podsys.commands.pair_forecast import Pace, count_at_once
from podsys.commands.pair_words import explain_ends, find_unreached
from podsys.core.judge.doubts import find_doubts
from podsys.core.judge.resent import METRIC as RESENT
from podsys.core.judge.resent import retest_losses
from podsys.core.launchers.iperf3 import OVERHEAD_S, PairTest
from podsys.core.locate.fabric import EndPair, Fabric
from podsys.core.parsers import Unreadable
from podsys.core.parsers.iperf3 import BothWays, read_both_ways
from podsys.core.rounds import Pair
from podsys.effects.ssh import Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

METRIC = "tcp_pair_bw"
# What a round takes beyond measuring: starting the tools and exchanging results.
ROUND_OVERHEAD_S = 1.5
# Below the ports that Linux gives out by itself; a fresh one for each round, so that a
# server left by a killed run is never met.
PORTS = range(20000, 32000)


def pace_of(cluster: CheckCluster) -> Pace:
    seconds = cluster.spec.accept.seconds_per_pair
    hung_s = PairTest("", 0, seconds).limit_s + OVERHEAD_S + ROUND_OVERHEAD_S
    return Pace(seconds + ROUND_OVERHEAD_S, hung_s, count_at_once(cluster))


@dataclass(frozen=True, slots=True)
class TcpPairs:
    """A meter. `keep` stores raw output and says where it lies."""

    fleet: Fleet
    addresses: Mapping[str, str]
    seconds: int
    check: str
    keep: Callable[[str, str], str]
    baseline: Baseline | None = None
    line_rate: float | None = None
    loss_baseline: Baseline | None = None
    fabric: Fabric | None = None

    def measure(self, pairs: Sequence[Pair]) -> Iterator[Measurement]:
        """Every pair gives two measurements, one each way."""
        tests = {pair: self._plan_test(pair) for pair in pairs}
        for pair, client, server in run_ends(self.fleet, tests, OVERHEAD_S):
            yield from self._read(pair, client, server)

    def find_doubts(self, found: Sequence[Measurement]) -> list[EndPair]:
        speeds = [one for one in found if one.metric == METRIC]
        slow = find_doubts(speeds, self.baseline, self.line_rate, self.fabric)
        return slow + retest_losses(found, self.loss_baseline, self.fabric)

    def nothing(
        self,
        pair: Pair,
        problem: str,
        lost: tuple[str, ...] = (),
        took: float = 0.0,
        evidence: str = "",
    ) -> Iterator[Measurement]:
        for way in (pair, pair[::-1]):
            yield Measurement(
                self.check, METRIC, way, None, "Gbit/s", evidence, problem, took, lost=lost
            )

    def _plan_test(self, pair: Pair) -> PairTest:
        return PairTest(self.addresses[pair[1]], secrets.choice(PORTS), self.seconds)

    def _read(self, pair: Pair, client: Outcome, server: Outcome) -> Iterator[Measurement]:
        text = client.stdout.decode(errors="replace")
        evidence = self.keep("pairs.txt", f"# {pair[0]} -> {pair[1]} and back\n{text}\n")
        took = round(client.seconds, 2)
        try:
            if client.error:
                raise Unreadable(client.error)
            ways = read_both_ways(text)
        except Unreadable as error:
            problem, lost = (
                explain_ends(error.reason, client, server),
                find_unreached(client, server),
            )
            yield from self.nothing(pair, problem, lost, took, evidence)
            return
        yield from self._numbers(pair, ways, evidence, took)

    def _numbers(
        self, pair: Pair, ways: BothWays, evidence: str, took: float
    ) -> Iterator[Measurement]:
        both = (pair, pair[::-1])
        for way, rate in zip(both, ways.gbps, strict=True):
            yield Measurement(self.check, METRIC, way, rate, "Gbit/s", evidence, seconds=took)
        for way, share in zip(both, ways.resent, strict=True):
            if share is not None:
                yield Measurement(self.check, RESENT, way, 100 * share, "%", evidence)
