"""What a run of checks wrote, judged as a whole; with the collective's own rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from podsys.core.check_lines import CheckOutcome, as_line
from podsys.core.judge import judge_collective, judge_lines
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement, Suspect
from podsys.model.status import Status
from tests.core.fleet_sim import BASELINE, LINE_RATE, Fleet

NODES = ["n001", "n002", "n003", "n004"]


def baseline(metric: str, **bound: Any) -> Baseline:
    return Baseline(metric=metric, unit="", scope="all", source="test", date="2026-01-01", **bound)


BASELINES = {
    "tcp_pair_bw": BASELINE,
    "mpi_allreduce_busbw": baseline("mpi_allreduce_busbw", floor_of_line_rate=0.3),
    "mpi_allreduce_wrong": baseline("mpi_allreduce_wrong", max_wrong=0),
}


def collective(**changes: float | None) -> list[Measurement]:
    values = {"ranks": 4.0, "wrong": 0.0, "busbw": 5.0} | changes
    return [
        Measurement("network.allreduce", f"mpi_allreduce_{name}", tuple(NODES), value, "")
        for name, value in values.items()
    ]


def judge(found: list[Measurement], line_rate: float | None = LINE_RATE) -> dict[str, Status]:
    findings = judge_collective(found, BASELINES, line_rate, NODES)
    return {finding.metric.removeprefix("mpi_allreduce_"): finding.status for finding in findings}


def test_a_good_collective_passes() -> None:
    assert judge(collective()) == dict.fromkeys(("ranks", "wrong", "busbw"), Status.PASS)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"ranks": 3.0}, Status.FAIL),
        ({"wrong": 1.0}, Status.FAIL),
        ({"busbw": 2.9}, Status.FAIL),
        ({"ranks": None}, Status.UNKNOWN),
        ({"wrong": None}, Status.UNKNOWN),
        ({"busbw": None}, Status.UNKNOWN),
    ],
)
def test_each_number_is_judged_alone(changes: dict[str, float | None], status: Status) -> None:
    (name,) = changes
    found = judge(collective(**changes))
    assert found.pop(name) is status
    assert set(found.values()) == {Status.PASS}


def test_missing_measurements_bounds_or_line_rate_are_unknown() -> None:
    assert set(judge([]).values()) == {Status.UNKNOWN}
    assert judge(collective(), line_rate=None)["busbw"] is Status.UNKNOWN
    findings = judge_collective(collective(), {}, LINE_RATE, NODES)
    assert [f.status for f in findings] == [Status.PASS, Status.UNKNOWN, Status.UNKNOWN]


def test_a_slow_collective_points_to_the_suspect_and_names_no_node_itself() -> None:
    suspect = Suspect("node", "n003", 0.75, "")
    findings = judge_collective(collective(busbw=1.0), BASELINES, LINE_RATE, NODES, [suspect])
    (slow,) = [finding for finding in findings if finding.status is Status.FAIL]
    assert slow.nodes == ()
    assert slow.evidence.startswith("slow, explained by suspect node n003")


def lines(fleet: Fleet, *outcomes: CheckOutcome) -> list[dict[str, Any]]:
    measured = [*fleet.measure_rounds(), *collective(busbw=1.0)]
    return [as_line(found) for found in [*measured, *outcomes]]


def outcome(check: str, status: Status, nodes: tuple[str, ...] = ()) -> CheckOutcome:
    return CheckOutcome(check, "network", nodes, status, "because", "do this")


def test_only_the_slow_node_is_named_in_a_whole_run() -> None:
    fleet = Fleet(4, slow_nodes={"n003": 0.3})
    ran = [outcome("network.pairs", Status.PASS), outcome("network.allreduce", Status.PASS)]
    verdict = judge_lines(lines(fleet, *ran), BASELINES, LINE_RATE, NODES)
    named = {node for f in verdict.findings if f.status is not Status.PASS for node in f.nodes}
    assert named == {"n003"}
    assert [suspect.id for suspect in verdict.suspects] == ["n003"]
    assert len(verdict.measurements) == 15


def test_having_run_is_no_pass_for_what_promised_numbers() -> None:
    ran = replace(outcome("network.pairs", Status.PASS), measures=("tcp_pair_bw",))
    (found,) = judge_lines([as_line(ran)], BASELINES, LINE_RATE, NODES).findings
    assert found.status is Status.UNKNOWN
    assert "tcp_pair_bw" in found.evidence


def test_other_checks_count_as_they_said() -> None:
    said = [
        outcome("site.a", Status.PASS, ("n001",)),
        outcome("site.b", Status.FAIL, ("n002",)),
        outcome("site.c", Status.UNKNOWN),
        outcome("site.d", Status.SKIP),
    ]
    found = judge_lines([as_line(one) for one in said], BASELINES, LINE_RATE, NODES).findings
    assert [f.status for f in found] == [Status.PASS, Status.FAIL, Status.UNKNOWN, Status.SKIP]
    assert [f.remedy for f in found] == ["", "do this", "", ""]


def test_a_status_nobody_knows_is_unknown() -> None:
    line = as_line(outcome("site.a", Status.PASS)) | {"status": "fine"}
    (found,) = judge_lines([line], BASELINES, LINE_RATE, NODES).findings
    assert found.status is Status.UNKNOWN
