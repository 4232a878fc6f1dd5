"""Outputs of tools that checks ran: floors, the fleet, unknown platforms, shared machines."""

from __future__ import annotations

from typing import Any

from podsys.core.check_lines import CheckOutcome, CheckOutput, as_line
from podsys.core.judge import judge_lines
from podsys.core.judge.tools import judge_tools
from podsys.model.baseline import Baseline
from podsys.model.finding import Finding, Measurement, Suspect
from podsys.model.output import Figure, Outcome, ToolOutput
from podsys.model.status import Status

METRIC = "cpu_stream_triad"


def bound(metric: str = METRIC, platform: str = "", unit: str = "MB/s", **of: Any) -> Baseline:
    return Baseline(
        metric=metric, platform=platform, unit=unit, scope="one node", source="a test",
        date="2026-11-25", **of,
    )  # fmt: skip


ALIKE = {METRIC: bound(floor_of_median=0.95)}
BOUNDS = [bound(platform="box", floor=1000)]


def output(node: str, value: float | None, platform: str = "box", **of: Any) -> CheckOutput:
    figure = Figure(metric=METRIC, value=value, unit="MB/s", problem="" if value else "cut")
    tool = of.pop("tool", ToolOutput(tool="stream", figures=(figure,)))
    return CheckOutput(
        "node.stream", "node", (node,), "raw/x", tool, platforms=(platform,), remedy="mend", **of
    )


def judge(*found: Any, bounds: list[Baseline] | None = None, **more: Any) -> list[Finding]:
    outcome = CheckOutcome("node.stream", "node", (), Status.PASS)
    lines = [as_line(one) for one in (*found, outcome)]
    alike = more.get("alike", ALIKE)
    nodes = ["n1", "n2", "n3", "n4"]
    return judge_lines(
        lines, alike, 10.0, nodes, None, BOUNDS if bounds is None else bounds
    ).findings


def statuses(findings: list[Finding]) -> dict[str, str]:
    return {",".join(finding.nodes): finding.status.value for finding in findings}


def test_above_the_floor_passes_with_number_bound_and_source() -> None:
    (found,) = judge(output("n1", 1500.0))
    assert (found.status, found.check, found.suite) == (Status.PASS, "node.stream", "node")
    assert (found.value, found.expected, found.source) == (1500.0, ">= 1000 MB/s", "a test")


def test_a_uniformly_bad_batch_fails_the_floor() -> None:
    found = judge(*(output(f"n{n}", 900.0) for n in range(1, 5)))
    assert set(statuses(found).values()) == {"fail"}
    assert {finding.remedy for finding in found} == {"mend"}


def test_one_slow_node_fails_the_fleet_even_above_the_floor() -> None:
    values = {"n1": 2000.0, "n2": 2010.0, "n3": 1500.0, "n4": 1990.0}
    found = judge(*(output(node, value) for node, value in values.items()))
    of_nodes = statuses([finding for finding in found if finding.nodes])
    assert of_nodes == {"n1": "pass", "n2": "pass", "n3": "fail", "n4": "pass"}


def test_who_shares_a_machine_is_compared_with_nobody() -> None:
    values = {"n1": 2000.0, "n2": 2010.0, "n3": 1200.0, "n4": 1990.0}
    found = judge(*(output(node, value, shared=True) for node, value in values.items()))
    assert set(statuses(found).values()) == {"pass"}


def test_an_unknown_platform_is_unknown_however_fast_and_says_what_to_do() -> None:
    (found,) = judge(output("n1", 9e9, platform="new-box"))
    assert found.status is Status.UNKNOWN
    assert "no baseline" in found.evidence
    assert "--learn" in found.remedy
    assert found.value == 9e9


def test_two_clusters_are_named() -> None:
    values = [2000.0, 2010.0, 2005.0, 1500.0, 1505.0, 1502.0]
    found = judge(*(output(f"n{n}", value) for n, value in enumerate(values)), alike={
        METRIC: bound(floor_of_median=0.5)})  # fmt: skip
    (named,) = [finding for finding in found if finding.status is Status.WARN]
    assert named.check == "node.stream"
    assert "two clusters" in named.evidence


def test_what_the_output_lacks_is_unknown_and_what_it_calls_broken_fails() -> None:
    figure = Figure(metric=METRIC, value=2000.0, unit="MB/s")
    cut = ToolOutput(tool="stream", figures=(figure,), gaps=("cut",))
    broken = ToolOutput(tool="stream", figures=(figure,), faults=("wrong results",))
    found = judge(output("n1", 0, tool=cut), output("n2", 0, tool=broken))
    assert {(f.nodes, f.status.value) for f in found if f.status is not Status.PASS} == {
        (("n1",), "unknown"), (("n2",), "fail"),
    }  # fmt: skip


def test_a_tool_that_judges_itself_speaks_under_the_check_s_name() -> None:
    tool = ToolOutput(
        tool="dcgm",
        outcomes=(Outcome("memory", Status.PASS), Outcome("pcie", Status.FAIL, "GPU 3: replays")),
    )
    found = judge(output("n1", 0, tool=tool))
    assert {(f.check, f.metric, f.status.value) for f in found} == {
        ("node.stream", "memory", "pass"), ("node.stream", "pcie", "fail"),
    }  # fmt: skip


def test_numbers_without_a_bound_are_one_line_for_all_nodes() -> None:
    figures = tuple(Figure(metric=name, value=1500.0, unit="MB/s") for name in (METRIC, "other"))
    tool = ToolOutput(tool="stream", figures=figures)
    found = judge(*(output(f"n{n}", 0, tool=tool) for n in range(1, 4)))
    (skipped,) = [finding for finding in found if finding.status is Status.SKIP]
    assert (skipped.metric, skipped.nodes) == ("other", ("n1", "n2", "n3"))


def test_over_several_nodes_shares_of_the_line_rate_are_floors() -> None:
    def over_all(value: float) -> CheckOutput:
        figure = Figure(metric="mpi_alltoall_busbw", value=value, unit="Gbit/s", size=4)
        tool = ToolOutput(tool="podsys-collectives", figures=(figure,))
        return CheckOutput("network.collectives", "network", ("n1", "n2"), "", tool)

    share = bound("mpi_alltoall_busbw", unit="Gbit/s", floor_of_line_rate=0.3)
    for value, status in ((3.1, "pass"), (2.9, "fail")):
        found = judge(over_all(value), alike={share.metric: share})
        (one,) = [finding for finding in found if finding.check == "network.collectives"]
        assert (one.status.value, one.nodes) == (status, ())


def test_a_suspect_explains_what_many_nodes_measured_together() -> None:
    figure = Figure(metric="mpi_alltoall_busbw", value=1.0, unit="Gbit/s", size=4)
    tool = ToolOutput(tool="podsys-collectives", figures=(figure,))
    slow = CheckOutput("network.collectives", "network", ("n1", "n2"), "", tool)
    share = bound("mpi_alltoall_busbw", unit="Gbit/s", floor_of_line_rate=0.3)
    suspect = Suspect("node", "n2", 0.99, "slow with everyone")
    (one,) = judge_tools([slow], {share.metric: share}, (), 10.0, [suspect])
    assert one.nodes == ()
    assert one.evidence.startswith("slow, explained by suspect node n2; ")


def test_several_tests_on_the_same_nodes_each_say_what_they_were_made_with() -> None:
    def ran(metric: str, algorithm: str, seconds: float) -> CheckOutput:
        figure = Figure(metric=metric, value=9.0, unit="GB/s", setup={"algorithm": algorithm})
        tool = ToolOutput(tool="nccl-tests", figures=(figure,))
        return CheckOutput("x", "network", ("n1", "n2"), "raw/x", tool, seconds=seconds)

    found = judge(ran("sum_busbw", "RING", 3.0), ran("gather_busbw", "TREE", 4.0))
    said = {one.metric: (one.seconds, one.evidence) for one in found if one.metric}
    assert said["sum_busbw"][0] == 3.0
    assert "algorithm RING" in said["sum_busbw"][1]
    assert said["gather_busbw"][0] == 4.0
    assert "algorithm TREE" in said["gather_busbw"][1]


def test_lines_say_the_same_after_a_file() -> None:
    import json

    from podsys.core.check_lines import read_check_outputs

    tool = ToolOutput(
        tool="x", version="1",
        figures=(Figure(metric="m", value=1.0, unit="u", setup={"nvls": "on"}),),
        outcomes=(Outcome("a", Status.WARN, "b"),), faults=("f",), gaps=("g",), nodes=("n1",),
    )  # fmt: skip
    one = output("n1", 0, tool=tool)
    assert read_check_outputs([json.loads(json.dumps(as_line(one)))]) == [one]


def test_pairs_of_rails_have_a_rate_and_nodes_of_their_own() -> None:
    expected = {
        "type": "expected",
        "metric": "rdma_pair_bw",
        "rate": 400,
        "nodes": ["n1", "n2", "n3"],
    }
    share = bound("rdma_pair_bw", unit="Gbit/s", floor_of_line_rate=0.9, floor_of_median=0.93)
    found = [
        Measurement(
            "network.rails", "rdma_pair_bw", ends, value, "Gbit/s", rails=("mlx5_1", "mlx5_1")
        )
        for ends in (("n1", "n2"), ("n2", "n3"), ("n1", "n3"))
        for way in (1, -1)
        for value, ends in [(200.0 if "n3" in ends else 390.0, ends[::way])]
    ]
    lines = [expected, *(as_line(one) for one in found)]
    verdict = judge_lines(lines, {share.metric: share}, 10.0, ["head", "n1", "n2", "n3"])
    assert {(s.kind, s.id.partition("/")[0]) for s in verdict.suspects} <= {
        ("node", "n3"), ("rail", "n3"),
    }  # fmt: skip
    assert verdict.suspects
    assert "head" not in {node for finding in verdict.findings for node in finding.nodes}
