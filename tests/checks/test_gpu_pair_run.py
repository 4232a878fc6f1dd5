"""GPUs of pairs in rounds, each pair a job of its own, against jobs that answer from a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from podsys.commands.gpu_pairs import METRIC, GpuPairs
from podsys.commands.pair_forecast import Pace
from podsys.commands.pair_rounds import LOST_AFTER, PairRounds
from podsys.commands.ranks import Ranks
from podsys.core.check_lines import as_line
from podsys.core.judge import judge_lines
from podsys.core.judge.lines import ActiveVerdict
from podsys.core.judge.pair_wrong import METRIC as WRONG
from podsys.effects.mpirun import JobOutcome
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement
from tests.core.parsers.nccl_layouts import GIB, Job, write
from tests.core.test_pair_busbw import BETWEEN

COMMON = {"scope": "two nodes", "source": "test", "date": "2026-01-01"}
SPEED = Baseline(metric=METRIC, unit="GB/s", floor_of_line_rate=0.6, floor_of_median=0.93, **COMMON)
RIGHT = Baseline(metric=WRONG, unit="elements", max_wrong=0, **COMMON)
Pair = frozenset[str]


@dataclass
class Cluster:
    """`algbw` of a pair, attempt for attempt, the last for ever; 240 GB/s where nobody says.

    Stands for Ranks and for Fleet. `wrong`: pairs with wrong elements. `dead` answer to nobody.
    """

    algbw: dict[Pair, list[float]] = field(default_factory=dict)
    wrong: set[Pair] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    outcome: JobOutcome | None = None
    rounds: list[list[tuple[str, ...]]] = field(default_factory=list)

    def run_each(self, asked: object, *_: object) -> object:
        if isinstance(asked, Mapping):
            return self._answer(asked)
        pairs = cast(Sequence[tuple[str, str]], asked)
        self.rounds.append([*pairs])
        return [self._run(frozenset(pair)) for pair in pairs]

    def _answer(self, asked: Mapping[str, Command]) -> Iterator[Outcome]:
        for node in asked:
            yield (
                Outcome(node, None, b"", b"", "no route")
                if node in self.dead
                else Outcome(node, 0, b"", b"")
            )

    def _run(self, pair: Pair) -> JobOutcome:
        if self.outcome:
            return self.outcome
        if self.dead & pair:
            return JobOutcome(None, "", "", 150.0, "no answer within the time limit")
        script = self.algbw.get(pair, [240.0])
        job = Job(
            ranks=16, hosts=tuple(sorted(pair)), least=4 * GIB, most=4 * GIB, between=BETWEEN,
            algbw=script.pop(0) if len(script) > 1 else script[0],
            wrong={(4 * GIB, "in-place"): "7"} if pair in self.wrong else {},
        )  # fmt: skip
        return JobOutcome(1 if pair in self.wrong else 0, write(job=job), "", 20.0)


def run(cluster: Cluster, nodes: int = 4) -> tuple[ActiveVerdict, list[Measurement]]:
    names = [f"n{number}" for number in range(1, nodes + 1)]
    meter = GpuPairs(
        cast(Ranks, cluster), cast(Fleet, cluster), "", "network.gpu_pairs", lambda name, _: name,
        SPEED, 400.0,
    )  # fmt: skip
    pace = Pace(30, 200, 64)
    job = PairRounds(meter, cast(Fleet, cluster), names, pace, "gpu_pairs", lambda _: None)
    found = job.measure(8)
    expected = {"type": "expected", "metric": METRIC, "rate": 400.0, "nodes": names}
    lines = [expected, *map(as_line, found)]
    return judge_lines(lines, {METRIC: SPEED, WRONG: RIGHT}, 10.0, names), found


def failed(verdict: ActiveVerdict) -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for one in verdict.findings:
        if str(one.status) != "pass":
            found.setdefault(f"{one.status} {one.metric}", set()).add(one.nodes)
    return found


def test_healthy_pairs_are_jobs_of_two_nodes_and_each_number_says_how_it_was_made() -> None:
    cluster = Cluster()
    verdict, found = run(cluster)
    assert [len(pairs) for pairs in cluster.rounds] == [2, 2, 2]
    assert failed(verdict) == {}
    assert {one.metric: one.unit for one in found} == {METRIC: "GB/s", WRONG: "elements"}
    assert all(one.setup["transport"] == "ib-multinode" for one in found)
    assert all(one.setup["algorithm"] == "RING" for one in found)
    told = verdict.findings[0].evidence
    assert "algorithm RING" in told
    assert "transport ib-multinode" in told


def test_a_slow_node_is_named_after_a_retest() -> None:
    slow = {frozenset({"n3", other}): [160.0] for other in ("n1", "n2", "n4")}
    cluster = Cluster(slow)
    verdict, _ = run(cluster)
    assert [(s.kind, s.id) for s in verdict.suspects] == [("node", "n3")]
    assert 3 < len(cluster.rounds) <= 6
    assert failed(verdict) == {f"fail {METRIC}": {("n3",)}}


def test_slow_once_is_intermittent() -> None:
    verdict, _ = run(Cluster({frozenset({"n1", "n2"}): [160.0, 240.0]}))
    assert failed(verdict) == {f"warn {METRIC}": {("n1", "n2")}}
    assert not verdict.suspects


def test_wrong_elements_fail_though_the_tool_ended_with_an_error() -> None:
    verdict, _ = run(Cluster(wrong={frozenset({"n3", other}) for other in ("n1", "n2", "n4")}))
    assert failed(verdict)[f"fail {WRONG}"] == {("n3",)}
    assert [(s.kind, s.id) for s in verdict.suspects] == [("node", "n3")]


def test_a_node_that_is_gone_costs_one_time_limit_and_is_unknown() -> None:
    cluster = Cluster(dead={"n5"})
    verdict, _ = run(cluster, 6)
    tried = [pair for pairs in cluster.rounds for pair in pairs if "n5" in pair]
    assert len(tried) == LOST_AFTER - 1
    assert failed(verdict) == {f"unknown {METRIC}": {("n5",)}}


def test_jobs_that_never_began_are_unknown_with_the_reason() -> None:
    busy = "srun: error: Unable to allocate resources: Requested nodes are busy"
    verdict, _ = run(Cluster(outcome=JobOutcome(1, "", busy, 60.0, not_begun=busy)))
    assert {one.nodes[0] for one in verdict.findings} == {"n1", "n2", "n3", "n4"}
    assert {str(one.status) for one in verdict.findings} == {"unknown"}
    assert all("nodes are busy" in one.evidence for one in verdict.findings)


def test_a_tool_that_is_not_there_is_named() -> None:
    said = "not installed: all_reduce_perf\n------\nmpirun detected that one or more ended\n"
    verdict, _ = run(Cluster(outcome=JobOutcome(127, "", said, 2.0)))
    assert all("not installed: all_reduce_perf" in one.evidence for one in verdict.findings)
