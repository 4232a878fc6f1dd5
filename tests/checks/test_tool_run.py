"""A tool on all nodes at once, against a fleet that answers from a script: what becomes of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from podsys.commands.check_marks import UNSAID, CheckMark
from podsys.commands.check_session import CheckCluster
from podsys.commands.check_tools import ToolRun, takes
from podsys.commands.collectives import demand_nodes
from podsys.core.check_lines import CheckOutcome, CheckOutput, as_line
from podsys.core.judge import judge_lines
from podsys.core.launchers import dcgm, nccl, nvbandwidth, stream
from podsys.core.launchers.node_tool import NodeTool
from podsys.core.parsers import (
    gpu_copies,
    gpu_matmul,
    gpu_memory,
    nccl_sweep,
    rail_loopback,
    stress_ng,
)
from podsys.core.parsers import nccl_tests as nccl_parser
from podsys.core.parsers import nvbandwidth as copies_parser
from podsys.core.practice import EMULATED
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.baseline import Baseline
from podsys.model.facts import NodeFacts, Section
from podsys.model.output import Figure, ToolOutput
from podsys.model.spec import ClusterSpec

MARK = CheckMark("node.x", 2, "node", "mend it", (), UNSAID, False)
SPEC = ClusterSpec.model_validate(
    {"cluster": "t", "nodes": {f"n{n}": {"address": f"10.0.0.{n}"} for n in range(1, 5)}}
)


TORCHRUN = """\
[rank1]: Traceback (most recent call last):
[rank1]:   File "<string>", line 7, in <module>
[rank1]: torch.OutOfMemoryError: CUDA out of memory.
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
"""


class ScriptedFleet:
    def __init__(self, answers: Mapping[str, Outcome]) -> None:
        self.answers, self.asked = answers, dict[str, Command]()

    def run_each(self, commands: Mapping[str, Command], _: float) -> Iterator[Outcome]:
        self.asked = dict(commands)
        for node in commands:
            yield self.answers[node]


def facts(node: str, gpus: int, bios: str = "AMI") -> NodeFacts:
    devices = [{"kind": "gpu", "vendor": "10de"}] * gpus
    sections = {"pci": {"devices": devices}, "dmi": {"bios_vendor": bios}}
    return NodeFacts(node, sections={name: Section("ok", data) for name, data in sections.items()})


def answer(node: str, text: str = "", code: int | None = 0, said: str = "", error: str = "") -> Any:
    return Outcome(node, code, text.encode(), said.encode(), error, 5.0)


def run(tool: NodeTool, *answers: Outcome, **known: NodeFacts) -> tuple[list[Any], ScriptedFleet]:
    """`known`: facts of nodes; those that answer and are not named have eight GPUs."""
    every = {one.node: facts(one.node, 8) for one in answers} | known
    cluster = CheckCluster(
        SPEC, list(every), Path("known_hosts"), None, {}, cast(Any, None), every,
        dict.fromkeys(every, ("box",)),
    )  # fmt: skip
    fleet = ScriptedFleet({one.node: one for one in answers})
    found: list[Any] = []
    job = ToolRun(cluster, cast(Fleet, fleet), MARK, found.append, lambda n, t: f"raw/{n}", print)
    try:
        job(tool)
    except pytest.skip.Exception as skipped:
        found.append(CheckOutcome("node.x", "node", (), "skip", str(skipped)))
    else:
        found.append(CheckOutcome("node.x", "node", (), "pass"))
    return found, fleet


def judged(found: list[Any], *bounds: Baseline) -> dict[str, str]:
    verdict = judge_lines([as_line(one) for one in found], {}, None, ["n1", "n2"], None, bounds)
    return {",".join(one.nodes): one.status.value for one in verdict.findings}


def bound(metric: str, unit: str, floor: float, **when: Any) -> Baseline:
    return Baseline(
        metric=metric, platform="box", unit=unit, floor=floor, when=when, scope="one node",
        source="a test", date="2026-11-25",
    )  # fmt: skip


def test_a_sound_output_is_judged_by_the_platform_s_bound() -> None:
    found, _ = run(nccl.TOOL, answer("n1", nccl_parser.KNOWN_GOOD))
    low, high = (bound("allreduce_busbw", "GB/s", floor) for floor in (60, 90))
    assert judged(found, low) == {"n1": "pass"}
    assert judged(found, high) == {"n1": "fail"}
    assert judged(found) == {"n1": "unknown"}


@pytest.mark.parametrize(
    ("parser", "metric", "unit", "floors"),
    [
        (nccl_sweep, "allreduce_busbw", "GB/s", (130, 132)),
        (gpu_copies, "h2d_bw", "GB/s", (54, 55)),
        (gpu_memory, "hbm_bw", "TB/s", (3.0, 3.015)),
        (gpu_matmul, "bf16_matmul", "TFLOPS", (780, 781)),
        (rail_loopback, "rdma_loopback_share", "%", (96, 98)),
    ],
)
def test_what_podsys_measures_itself_meets_the_same_bounds(
    parser: Any, metric: str, unit: str, floors: tuple[float, float]
) -> None:
    found, _ = run(nccl.TOOL, answer("n1", parser.KNOWN_GOOD))
    statuses = []
    for floor in floors:
        lines = [as_line(one) for one in found]
        verdict = judge_lines(lines, {}, None, ["n1"], None, [bound(metric, unit, floor)])
        statuses += [one.status.value for one in verdict.findings if one.metric == metric]
    assert list(dict.fromkeys(statuses)) == ["pass", "fail"]


@pytest.mark.parametrize("bad", [text for text in nccl_parser.KNOWN_BAD if text])
def test_no_known_bad_output_passes_whatever_the_bound(bad: str) -> None:
    found, _ = run(nccl.TOOL, answer("n1", bad))
    lenient = bound("allreduce_busbw", "GB/s", 0.001)
    verdict = judge_lines([as_line(one) for one in found], {}, None, ["n1"], None, [lenient])
    assert any(one.status.value in ("fail", "unknown") for one in verdict.findings)


@pytest.mark.parametrize(
    ("outcome", "evidence"),
    [
        (answer("n1", "", 127, "not installed: nvbandwidth"), "not installed: nvbandwidth"),
        (answer("n1", copies_parser.KNOWN_GOOD, 124), "no result within the time limit"),
        (answer("n1", "", None, error="no route to the node"), "no route to the node"),
        (answer("n1", "", 1, "CUDA driver version is insufficient"), "CUDA driver version"),
        (answer("n1", "", 1, "said\n-----\n"), "it ended with code 1: said"),
        (answer("n1", "", 1, TORCHRUN), "[rank1]: torch.OutOfMemoryError: CUDA out of memory."),
        (answer("n1", "", 1, "podsys: no driver\nmpirun: Exit code: 1"), "code 1: no driver"),
        (answer("n1", "", 127, "not installed: PyTorch\nmpirun noticed"), "not installed: PyTorch"),
        (answer("n1", ""), "it is empty"),
        (answer("n1", "hello\n"), "no tool recognised"),
    ],
)
def test_no_result_is_unknown_and_says_why(outcome: Outcome, evidence: str) -> None:
    found, _ = run(nvbandwidth.TOOL, outcome)
    assert evidence in found[0].evidence
    assert judged(found) == {"n1": "unknown"}


def test_an_absent_tool_says_what_to_install() -> None:
    found, _ = run(dcgm.TOOL, answer("n1", "", 127, "not installed: dcgmi"))
    assert "datacenter-gpu-manager" in found[0].as_finding().remedy


def test_what_the_output_calls_broken_fails_though_the_tool_ended_badly() -> None:
    wrong = nccl_parser.KNOWN_GOOD.replace("62.91       0   100", "62.91       7   100")
    found, _ = run(nccl.TOOL, answer("n1", wrong, 1))
    verdict = judge_lines([as_line(one) for one in found], {}, None, ["n1"])
    assert {one.status.value for one in verdict.findings} >= {"fail"}
    assert not any(one.status.value == "pass" for one in verdict.findings)


def test_a_good_output_of_a_tool_that_ended_badly_is_no_pass() -> None:
    found, _ = run(nccl.TOOL, answer("n1", nccl_parser.KNOWN_GOOD, 3))
    low = bound("allreduce_busbw", "GB/s", 60)
    verdict = judge_lines([as_line(one) for one in found], {}, None, ["n1"], None, [low])
    told = [one for one in verdict.findings if one.status.value == "unknown"]
    assert "code 3" in told[0].evidence


def test_only_nodes_with_the_hardware_are_asked() -> None:
    found, fleet = run(
        nccl.TOOL, answer("n1", nccl_parser.KNOWN_GOOD),
        n2=facts("n2", 0), n3=facts("n3", 0), n4=facts("n4", 8, EMULATED),
    )  # fmt: skip
    assert set(fleet.asked) == {"n1"}
    outcomes = {one.nodes: str(one.status) for one in found if isinstance(one, CheckOutcome)}
    assert outcomes[("n2", "n3")] == "skip"
    assert outcomes[("n4",)] == "unknown"


def test_where_nothing_applies_each_node_says_so_once() -> None:
    found, fleet = run(nccl.TOOL, n1=facts("n1", 0), n2=facts("n2", 0))
    assert not fleet.asked
    assert judged(found) == {"n1,n2": "skip"}


def test_the_output_tells_which_tool_it_was() -> None:
    found, _ = run(stream.TOOL, answer("n1", stress_ng.KNOWN_GOOD))
    (output,) = [one for one in found if isinstance(one, CheckOutput)]
    assert output.output.tool == "stress-ng"
    assert output.evidence == "raw/node.x.n1.txt"


def test_a_job_that_ran_on_each_node_by_itself_says_nothing_of_the_fabric() -> None:
    figure = Figure(metric="allreduce_busbw", value=400.0, unit="GB/s", setup={"nodes": 1})
    alone = demand_nodes(ToolOutput(tool="nccl-tests", figures=(figure,)), 4)
    assert not alone.figures
    assert "not over 4" in alone.gaps[0]


def test_a_forecast_for_nodes_without_the_hardware_is_short() -> None:
    every = {"n1": facts("n1", 8), "n2": facts("n2", 0)}
    cluster = CheckCluster(SPEC, list(every), Path(), None, {}, cast(Any, None), every, {})
    assert takes(dcgm.TOOL)(cluster).usual_s == dcgm.TOOL.seconds
    assert takes(dcgm.TOOL)(cluster).at_most_s > dcgm.TOOL.limit_s
    none = CheckCluster(SPEC, ["n2"], Path(), None, {}, cast(Any, None), every, {})
    assert takes(dcgm.TOOL)(none).usual_s < 1
