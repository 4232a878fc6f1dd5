"""Baselines proposed from a run: from whom they are learnt, what they say, and who may teach."""

from __future__ import annotations

import yaml

from podsys.core.catalog import parse_baselines
from podsys.core.check_lines import CheckOutput
from podsys.core.learn import as_entries, name_learnt, name_product, propose, why_not_learn
from podsys.model.facts import NodeFacts, Section
from podsys.model.finding import Finding
from podsys.model.output import Figure, ToolOutput
from podsys.model.status import Status

RUN = "2026-11-25T04-00-00Z"


def output(node: str, *figures: Figure, gaps: tuple[str, ...] = ()) -> CheckOutput:
    tool = ToolOutput(tool="x", figures=figures, gaps=gaps)
    return CheckOutput("node.x", "node", (node,), "", tool, platforms=("gpu-box",))


def triad(value: float) -> Figure:
    return Figure(metric="cpu_stream_triad", value=value, unit="MB/s")


def finding(status: Status, value: float | None = None, expected: str = "") -> Finding:
    return Finding("node.x", "node", ("n1",), status, metric="m", value=value, expected=expected)


def test_the_median_less_the_stated_tolerance() -> None:
    found = [output(f"n{n}", triad(value)) for n, value in enumerate((1000.0, 1100.0, 5000.0))]
    (one,) = propose(found, RUN, "2026-11-25", lab=False)
    assert (one.metric, one.platform, one.unit) == ("cpu_stream_triad", "gpu-box", "MB/s")
    assert one.floor == 1000  # the slowest was trusted too; the median less 5% is 1045
    assert one.source == f"learnt from run {RUN}"
    assert "3 nodes" in one.scope
    assert "median 1100" in one.note
    assert "5%" in one.note


def test_machines_that_are_alike_are_bound_by_the_median() -> None:
    found = [output(f"n{n}", triad(value)) for n, value in enumerate((1090.0, 1100.0, 1110.0))]
    (one,) = propose(found, RUN, "2026-11-25", lab=False)
    assert one.floor == 1045


def test_a_latency_becomes_a_ceiling() -> None:
    latency = Figure(metric="rdma_write_lat", value=2.0, unit="us", size=2)
    (one,) = propose([output("n1", latency)], RUN, "2026-11-25", lab=False)
    assert (one.floor, one.ceiling) == (None, 2.1)


def test_of_a_sweep_the_largest_size_and_what_it_was_made_with() -> None:
    sweep = [
        Figure(metric="allreduce_busbw", value=value, unit="GB/s", size=size,
               setup={"nodes": 1, "gpus": 8, "nvls": "on"})
        for size, value in ((1 << 20, 50.0), (1 << 34, 480.0))
    ]  # fmt: skip
    (one,) = propose([output("n1", *sweep)], RUN, "2026-11-25", lab=False)
    assert (one.floor, one.size_min, one.when) == (456.0, 1 << 34, {"nodes": 1, "gpus": 8})


def test_what_is_not_whole_teaches_nothing() -> None:
    assert not propose([output("n1", triad(5.0), gaps=("cut",))], RUN, "2026-11-25", lab=False)
    assert not propose([output("n1", Figure(metric="m", value=None, unit="u"))], RUN, "", lab=False)


def test_only_a_run_in_which_nothing_else_is_open_teaches() -> None:
    assert why_not_learn([finding(Status.PASS), finding(Status.UNKNOWN, 5.0)]) == ""
    assert "failed" in why_not_learn([finding(Status.FAIL, 5.0)])
    assert "unknown" in why_not_learn([finding(Status.UNKNOWN)])
    assert "unknown" in why_not_learn([finding(Status.UNKNOWN, 5.0, ">= 3")])


def test_what_is_proposed_can_be_put_in_place_and_is_marked() -> None:
    found = propose([output("n1", triad(1000.0))], RUN, "2026-11-25", lab=True)
    text = yaml.safe_dump(as_entries(found)["gpu-box"])
    (again,), problems = parse_baselines({"baselines/gpu-box.yaml": text})
    assert not problems
    assert again == found[0]
    judged = Finding("node.x", "node", ("n1",), Status.PASS, metric="m", source=again.source)
    assert name_learnt([judged]) == [f"m: learnt from run {RUN} of a practice cluster"]


def test_a_product_names_a_platform() -> None:
    facts = NodeFacts("n1", sections={"dmi": Section("ok", {"product": "PowerEdge XE9680 (v2)"})})
    assert name_product(facts) == "poweredge-xe9680-v2"
    assert name_product(NodeFacts("n1")) == ""
