"""Pairs of nodes on all their rails at once, by perftest: each rail with its like, both ways."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from podsys.commands.check_session import CheckCluster
from podsys.commands.check_tools import NO_RESULT
from podsys.commands.pair_ends import run_ends
from podsys.commands.pair_forecast import Pace, count_at_once
from podsys.commands.pair_words import explain_ends, find_unreached
from podsys.core.judge.doubts import find_doubts
from podsys.core.launchers.perftest import KNOCK_S, OVERHEAD_S, RailTest, split_rails
from podsys.core.locate.fabric import EndPair, Fabric
from podsys.core.parsers import Unreadable, perftest, read_output
from podsys.core.rails import Rail, common_rails
from podsys.core.rounds import Pair
from podsys.effects.ssh import Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

METRIC, UNIT = "rdma_pair_bw", "Gbit/s"
PORTS = range(20000, 31000)
# What one way takes beyond measuring: starting the tools, and memory that must be registered.
START_S = 4.0


def pace_of(cluster: CheckCluster) -> Pace:
    """Both ways, one after the other."""
    seconds = cluster.spec.accept.seconds_per_pair
    hung_s = seconds + KNOCK_S + 2 * OVERHEAD_S
    return Pace(2 * (seconds + START_S), 2 * hung_s, count_at_once(cluster))


@dataclass(frozen=True, slots=True)
class RailPairs:
    """A meter. `rails`: by node. `keep` stores raw output and says where it lies."""

    fleet: Fleet
    addresses: Mapping[str, str]
    rails: Mapping[str, Sequence[Rail]]
    seconds: int
    check: str
    keep: Callable[[str, str], str]
    baseline: Baseline | None = None
    line_rate: float | None = None
    fabric: Fabric | None = None

    def measure(self, pairs: Sequence[Pair]) -> Iterator[Measurement]:
        """One way after the other: perftest adds both up where asked for both."""
        yield from self._measure_one_way(pairs)
        yield from self._measure_one_way([(other, one) for one, other in pairs])

    def find_doubts(self, found: Sequence[Measurement]) -> list[EndPair]:
        return find_doubts(found, self.baseline, self.line_rate, self.fabric)

    def nothing(
        self, pair: Pair, problem: str, lost: tuple[str, ...] = ()
    ) -> Iterator[Measurement]:
        for way in (pair, pair[::-1]):
            for rail in self._common(pair):
                yield self._measurement(way, rail, None, problem, lost)

    def _measure_one_way(self, pairs: Sequence[Pair]) -> Iterator[Measurement]:
        tests = {pair: self._plan_test(pair) for pair in pairs}
        for pair, client, server in run_ends(self.fleet, tests, OVERHEAD_S):
            yield from self._read(pair, client, server)

    def _plan_test(self, pair: Pair) -> RailTest:
        port = secrets.choice(PORTS)
        return RailTest(self.addresses[pair[1]], port, self.seconds, self._common(pair))

    def _common(self, pair: Pair) -> list[str]:
        return common_rails(self.rails[pair[0]], self.rails[pair[1]])

    def _read(self, pair: Pair, client: Outcome, server: Outcome) -> Iterator[Measurement]:
        """A client that did not come to its end says nothing of any rail."""
        text = client.stdout.decode(errors="replace")
        evidence = self.keep("rails.txt", f"# {pair[0]} -> {pair[1]}\n{text}\n")
        said, took = split_rails(text), round(client.seconds, 2)
        broken = client.error or client.code in NO_RESULT
        for rail in self._common(pair):
            value, reason = (None, "no result") if broken else read_rate(said.get(rail, ""))
            problem = "" if value is not None else explain_ends(reason, client, server)
            lost = find_unreached(client, server) if problem else ()
            found = self._measurement(pair, rail, value, problem, lost)
            yield replace(found, evidence=evidence, seconds=took)

    def _measurement(
        self, pair: Pair, rail: str, value: float | None, problem: str, lost: tuple[str, ...]
    ) -> Measurement:
        rails = (rail, rail)
        return Measurement(
            self.check, METRIC, pair, value, UNIT, problem=problem, rails=rails, lost=lost
        )


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
