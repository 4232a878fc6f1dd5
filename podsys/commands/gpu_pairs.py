"""Pairs of nodes over all their GPUs, by NCCL's or RCCL's own test: an all-reduce for each pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from podsys.commands.check_session import CheckCluster
from podsys.commands.check_tools import explain
from podsys.commands.pair_forecast import Pace, count_at_once
from podsys.commands.pair_rounds import ROLL_S, find_lost
from podsys.commands.ranks import Ranks
from podsys.core.judge.doubts import find_doubts
from podsys.core.judge.pair_floor import add_platform_floor
from podsys.core.judge.pair_wrong import METRIC as WRONG
from podsys.core.launchers.ranks import overhead_of
from podsys.core.locate.fabric import EndPair, Fabric
from podsys.core.pair_busbw import PairBusbw, read_pair_busbw
from podsys.core.recognise import read_handed
from podsys.core.rounds import Pair
from podsys.effects.mpirun import JobOutcome
from podsys.effects.ssh import Fleet
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

METRIC, UNIT = "nccl_pair_busbw", "GB/s"
# From here on the bounds of platforms hold.
SIZE = "4G"
# Starting ranks, NCCL finding its way and the runs themselves; one that hangs costs the limit.
USUAL_S, LIMIT_S = 30.0, 150


def pace_of(cluster: CheckCluster) -> Pace:
    """The admin node holds one connection a pair, and starts no more at once than elsewhere."""
    most_s = LIMIT_S + overhead_of(cluster.spec.accept.launcher) + cluster.spec.ssh.timeout_s
    at_once = min(cluster.spec.ssh.fan_out, count_at_once(cluster))
    return Pace(USUAL_S, most_s + 2 * ROLL_S, at_once)


@dataclass(frozen=True, slots=True)
class GpuPairs:
    """A meter. `program`: what each rank becomes. `keep` stores raw output.

    `bounds` of the server model hold, where all nodes are of one and `platforms` names it.
    """

    ranks: Ranks
    fleet: Fleet
    program: str
    check: str
    keep: Callable[[str, str], str]
    baseline: Baseline | None = None
    line_rate: float | None = None
    fabric: Fabric | None = None
    bounds: Sequence[Baseline] = ()
    platforms: Sequence[str] = ()

    def measure(self, pairs: Sequence[Pair]) -> Iterator[Measurement]:
        """Who gave no number is asked whether it is there at all."""
        outcomes = self.ranks.run_each(pairs, self.program, LIMIT_S)
        read = {pair: _read(outcome) for pair, outcome in zip(pairs, outcomes, strict=True)}
        silent = [pair for pair, found in read.items() if found.value is None]
        lost = find_lost(self.fleet, dict.fromkeys(node for pair in silent for node in pair))
        for pair, outcome in zip(pairs, outcomes, strict=True):
            said = outcome.stdout + outcome.stderr
            evidence = self.keep("gpu_pairs.txt", f"# {pair[0]} and {pair[1]}\n{said}\n")
            gone = tuple(node for node in pair if node in lost) if pair in silent else ()
            took = round(outcome.seconds, 2)
            for one in self._measurements(pair, read[pair], [lost[node] for node in gone]):
                yield replace(one, evidence=evidence, seconds=took, lost=gone)

    def find_doubts(self, found: Sequence[Measurement]) -> list[EndPair]:
        speeds = [one for one in found if one.metric == METRIC]
        baseline = add_platform_floor(speeds, self.baseline, self.bounds, self.platforms)
        return find_doubts(speeds, baseline, self.line_rate, self.fabric)

    def nothing(
        self, pair: Pair, problem: str, lost: tuple[str, ...] = ()
    ) -> Iterator[Measurement]:
        for one in self._measurements(pair, PairBusbw(problem=problem), []):
            yield replace(one, lost=lost)

    def _measurements(
        self, pair: Pair, found: PairBusbw, gone: Sequence[str]
    ) -> Iterator[Measurement]:
        """One number stands for both ways."""
        problem = "; ".join(gone) or found.problem
        for way in (pair, pair[::-1]):
            yield Measurement(
                self.check, METRIC, way, found.value, UNIT, problem=problem, setup=found.setup
            )
        if found.value is not None:
            wrong = float(found.wrong)
            yield Measurement(self.check, WRONG, pair, wrong, "elements", setup=found.setup)


def _read(outcome: JobOutcome) -> PairBusbw:
    """Wrong elements speak although the tool ends with an error; other numbers do not."""
    handed = read_handed("", outcome.stdout)
    found = read_pair_busbw(handed.output) if handed.output else PairBusbw(problem=handed.reason)
    if found.wrong or not (outcome.error or outcome.code):
        return found
    said = outcome.stderr.strip() or outcome.stdout
    broken = handed.output.faults[0] if handed.output and handed.output.faults else ""
    why = outcome.not_begun or broken or explain(outcome.code, outcome.error, said)
    return PairBusbw(setup=found.setup, problem=why)
