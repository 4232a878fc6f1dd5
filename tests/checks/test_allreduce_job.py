"""A collective that fails is tried over fewer nodes until somebody is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest

from podsys.commands.allreduce import count_tests, measure_allreduce
from podsys.commands.collective import Collective, Trial, limit_of
from podsys.commands.ranks import Ranks
from podsys.core.check_lines import as_line
from podsys.core.judge import judge_lines
from podsys.core.parsers.allreduce import Allreduce, Size
from podsys.effects.ssh import Fleet
from podsys.model.finding import Finding
from podsys.model.spec import ClusterSpec, Node
from tests.core.judge.test_judge_lines import BASELINES, LINE_RATE

NODES = tuple(f"n{number}" for number in range(1, 9))
Fails = Callable[[frozenset[str], int], bool]


class Scripted(Collective):
    """Collectives end as the script says; `gone` do not answer from their turn on."""

    def script(
        self, fails: Fails, gone: dict[str, int] | None = None, rates: Sequence[float] = ()
    ) -> Scripted:
        self.end, self.gone, self.asked = fails, gone or {}, 0
        self.rates, self.busy = list(rates), False
        return self

    def run(self, nodes: Sequence[str]) -> Trial:
        failed = self.end(frozenset(nodes), len(self.trials))
        numbers = Allreduce(
            len(nodes), len(nodes), (Size(1024, 0.1, self.rates.pop(0) if self.rates else 5.0, 0),)
        )
        problem = "no answer within the time limit" if failed else ""
        if self.busy:
            failed, problem = True, "Requested nodes are busy"
        found = None if failed else numbers
        trial = Trial(tuple(nodes), found, problem, "raw/x.txt", 1.0, not self.busy)
        self.trials.append(trial)
        return trial

    def find_silent(self, nodes: Sequence[str]) -> dict[str, str]:
        self.asked += 1
        return {n: "connection lost" for n in nodes if self.gone.get(n, 99) <= self.asked}


def run(
    fails: Fails,
    gone: dict[str, int] | None = None,
    rates: Sequence[float] = (),
    busy: bool = False,
) -> tuple[Scripted, list[Finding], set[str]]:
    spec = ClusterSpec(cluster="t", nodes={n: Node(address=n) for n in NODES})
    ranks = Ranks(spec, Path("known_hosts"))
    job = Scripted(
        ranks, "", "network.allreduce", lambda n, t: n, cast(Fleet, None), floor_gbps=3.0
    ).script(fails, gone, rates)
    job.busy = busy
    lines = [as_line(one) for one in measure_allreduce(job, NODES)]
    verdict = judge_lines(lines, BASELINES, LINE_RATE, NODES)
    return job, verdict.findings, {suspect.id for suspect in verdict.suspects}


def statuses(findings: list[Finding]) -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for finding in findings:
        found.setdefault(str(finding.status), set()).add(finding.nodes)
    return found


def test_a_good_collective_runs_once() -> None:
    job, findings, suspects = run(lambda nodes, turn: False)
    assert len(job.trials) == 1
    assert statuses(findings) == {"pass": {()}}
    assert not suspects


def test_a_slow_one_is_repeated_and_what_was_slow_once_is_kept_as_intermittent() -> None:
    job, findings, _ = run(lambda nodes, turn: False, rates=[1.0, 5.0])
    assert len(job.trials) == 2
    assert statuses(findings) == {"pass": {()}, "warn": {NODES}}
    job, findings, _ = run(lambda nodes, turn: False, rates=[1.0, 2.0, 2.5])
    assert len(job.trials) == 3
    assert [f.value for f in findings if f.status == "fail"] == [2.5]


def test_one_that_is_slow_twice_alike_is_slow() -> None:
    job, findings, _ = run(lambda nodes, turn: False, rates=[1.0, 1.1])
    assert len(job.trials) == 2
    assert [f.value for f in findings if f.status == "fail"] == [1.1]


@pytest.mark.parametrize("culprit", NODES)
def test_one_culprit_is_named_and_the_others_are_measured(culprit: str) -> None:
    job, findings, suspects = run(lambda nodes, turn: culprit in nodes)
    assert suspects == {culprit}
    assert (culprit,) in statuses(findings)["fail"]
    assert len(job.trials) <= 2 + count_tests(len(NODES))
    ranks = next(f for f in findings if f.metric == "mpi_allreduce_ranks")
    assert (ranks.status, ranks.value) == ("fail", 7.0)
    assert f"only without {culprit}" in ranks.evidence


def test_two_that_fail_only_together_are_named_when_no_half_parts_them() -> None:
    _, _, suspects = run(lambda nodes, turn: {"n1", "n2"} <= nodes)
    assert suspects == {"n1--n2"}


def test_when_both_halves_run_well_the_group_is_named_and_nobody_in_it() -> None:
    _, findings, suspects = run(lambda nodes, turn: {"n2", "n7"} <= nodes)
    assert NODES in statuses(findings)["fail"]
    assert not suspects


def test_one_that_hangs_is_found_by_asking_and_costs_no_split() -> None:
    job, findings, suspects = run(lambda nodes, turn: "n3" in nodes, gone={"n3": 2})
    assert not suspects  # the roll call names it
    assert [len(trial.nodes) for trial in job.trials] == [8, 7]
    assert ("n3",) in statuses(findings)["fail"]


def test_one_that_was_gone_before_is_left_out_and_unknown() -> None:
    job, findings, _ = run(lambda nodes, turn: "n3" in nodes, gone={"n3": 1})
    assert [len(trial.nodes) for trial in job.trials] == [7]
    assert statuses(findings)["unknown"] == {("n3",)}


def test_one_that_failed_once_and_ran_when_repeated_is_kept_as_intermittent() -> None:
    _, findings, suspects = run(lambda nodes, turn: turn == 0)
    assert statuses(findings) == {"pass": {()}, "warn": {NODES}}
    assert not suspects


def test_nodes_that_the_launcher_did_not_get_are_unknown_and_nobody_is_blamed() -> None:
    job, findings, suspects = run(lambda nodes, turn: False, busy=True)
    assert len(job.trials) == 1
    assert statuses(findings) == {"unknown": {()}}
    assert {finding.evidence for finding in findings} == {"Requested nodes are busy"}
    assert not suspects


def test_nothing_works_and_nobody_is_cleared() -> None:
    job, findings, _ = run(lambda nodes, turn: True)
    assert len(job.trials) <= 3 + count_tests(len(NODES))
    assert "pass" not in statuses(findings)
    assert "unknown" in statuses(findings)


def test_limits_grow_with_the_cluster() -> None:
    assert limit_of(4) < limit_of(1024) < 600
    assert count_tests(1024) == 22
