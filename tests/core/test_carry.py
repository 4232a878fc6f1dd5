"""What an earlier run measured and what of it still holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from podsys.core.carry import Kept, Standing, keep_lines, make_standing, read_standing
from podsys.model.item import Item
from podsys.model.spec import ClusterSpec, Node

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SINCE = NOW - timedelta(hours=6)
BEFORE = Standing("c", {"n1": "1", "n2": "2", "n3": "3"})
RUN = "2026-11-25T11-00-00Z"


def at(hours_ago: float = 1.0) -> str:
    return (NOW - timedelta(hours=hours_ago)).isoformat()


def pair(one: str, other: str, value: float | None = 1.0, **more: Any) -> dict[str, Any]:
    about = {"type": "measurement", "check": "pairs", "nodes": [one, other], "value": value}
    return {"time": at(), "metric": "bw", "evidence": "raw/pairs.txt", **about, **more}


def outcome(check: str, *nodes: str, status: str = "pass", **more: Any) -> dict[str, Any]:
    about = {"type": "outcome", "check": check, "nodes": list(nodes), "status": status}
    return {"time": at(), "evidence": "", **about, **more}


def planned(*continuing: str) -> dict[str, Any]:
    entries = [{"check": check, "nodes": [], "continues": True} for check in continuing]
    return {"type": "started", "planned": entries}


def keep(*lines: dict[str, Any], now: Standing = BEFORE) -> Kept:
    return keep_lines(RUN, [planned("pairs"), *lines], BEFORE, now, SINCE)


def test_numbers_of_a_check_that_was_cut_off_are_kept_and_marked() -> None:
    kept = keep(pair("n1", "n2"), pair("n1", "n3", None, problem="no answer"))
    (line,) = kept.lines
    assert line["nodes"] == ["n1", "n2"]
    assert line["carried"] == RUN
    assert line["evidence"] == f"raw/{RUN}.pairs.txt"
    assert kept.measurements == 1


def test_what_was_carried_before_keeps_its_first_run_and_its_place() -> None:
    (line,) = keep(pair("n1", "n2", carried="first", evidence="raw/first.pairs.txt")).lines
    assert (line["carried"], line["evidence"]) == ("first", "raw/first.pairs.txt")


def test_a_node_that_rebooted_or_is_new_is_measured_anew() -> None:
    now = Standing("c", {"n1": "1", "n2": "2", "n3": "other"})
    kept = keep(pair("n1", "n2"), pair("n1", "n3"), outcome("x", "n3"), outcome("x", "n1"), now=now)
    assert [line["nodes"] for line in kept.lines] == [["n1", "n2"], ["n1"]]


@pytest.mark.parametrize(
    "now",
    [
        Standing("c", {"n1": "1", "n2": "2"}),
        Standing("c", {"n1": "1", "n2": "2", "n3": "3", "n4": "4"}),
        Standing("c", {"n1": "1", "n2": "2", "n3": ""}),
    ],
)
def test_a_check_of_the_cluster_needs_the_same_cluster(now: Standing) -> None:
    assert keep(outcome("allreduce")).lines
    assert not keep(outcome("allreduce"), now=now).lines


def test_a_changed_catalog_or_way_of_measuring_keeps_nothing() -> None:
    kept = keep(pair("n1", "n2"), now=Standing("d", BEFORE.nodes))
    assert not kept.lines
    assert "changed" in kept.why_not


def test_nothing_too_old_or_without_a_time_is_kept() -> None:
    lines = [pair("n1", "n2", time=at(7)), pair("n1", "n3", time="yesterday"), pair("n2", "n3")]
    assert [line["nodes"] for line in keep(*lines).lines] == [["n2", "n3"]]


@pytest.mark.parametrize("status", ["fail", "unknown", "nonsense"])
def test_what_failed_without_a_number_is_asked_again(status: str) -> None:
    assert not keep(outcome("service", "n1", status=status)).lines


@pytest.mark.parametrize("nodes", [[], ["n1"]])
def test_a_check_with_parameters_is_kept_where_each_of_them_went_well(nodes: list[str]) -> None:
    twice = {"type": "started", "planned": [{"check": "copy", "nodes": nodes}] * 2}
    one, bad = outcome("copy", *nodes), outcome("copy", *nodes, status="unknown")
    assert len(keep(twice, one, one).lines) == 2
    assert not keep(twice, one).lines
    assert not keep(twice, one, bad).lines


def test_a_check_with_a_number_missing_is_no_whole_check() -> None:
    number = {**pair("n1", "n2"), "check": "speed"}
    assert len(keep(number, outcome("speed")).lines) == 2
    assert not keep(number, {**number, "value": None}, outcome("speed")).lines


def test_numbers_of_a_check_that_neither_ended_nor_continues_are_dropped() -> None:
    assert not keep({**pair("n1", "n2"), "check": "speed"}).lines


def make(boots: dict[str, str], **spec: Any) -> Standing:
    nodes = {name: Node(address="10.0.0.1") for name in boots}
    item = Item(id="i", kind="sysctl", key="k", value="1", role="settings")
    wanted = {name: [item] for name in boots}
    return make_standing(ClusterSpec(cluster="t", nodes=nodes, **spec), ["x"], boots, wanted)


def test_a_standing_follows_boot_wishes_and_the_way_of_measuring() -> None:
    one = make({"n1": "b1", "n2": "b2"})
    assert make({"n1": "b1", "n2": "b2"}) == one
    other = make({"n1": "b1", "n2": "b9"})
    assert other.nodes["n1"] == one.nodes["n1"]
    assert other.nodes["n2"] != one.nodes["n2"]
    assert make({"n1": "b1"}, accept={"seconds_per_pair": 9}).common != one.common
    assert make({"n1": "b1"}, accept={"level": 2}).common == one.common
    assert make({"n1": ""}).nodes["n1"] == ""
    assert read_standing(one.as_json()) == one
    assert read_standing([]) is None


def tool(node: str, gaps: tuple[str, ...] = ()) -> dict[str, Any]:
    output = {"tool": "fio", "figures": [], "faults": [], "gaps": list(gaps)}
    about = {"type": "output", "check": "node.x", "nodes": [node], "output": output}
    return {"time": at(), "evidence": "raw/x.txt", **about}


def test_what_a_tool_printed_on_each_node_goes_with_its_check() -> None:
    kept = keep(tool("n1"), tool("n2"), outcome("node.x", "n3", status="skip"), outcome("node.x"))
    assert [line["type"] for line in kept.lines] == ["output", "output", "outcome", "outcome"]
    assert kept.measurements == 2


@pytest.mark.parametrize("open_", [outcome("node.x", "n3", status="unknown"), tool("n3", ("cut",))])
def test_a_tool_that_gave_nothing_on_one_node_is_run_again_on_all(open_: dict[str, Any]) -> None:
    kept = keep(tool("n1"), tool("n2"), open_, outcome("node.x"))
    assert not [line for line in kept.lines if line["type"] != "measurement"]


def test_what_pairs_are_expected_to_reach_goes_with_them() -> None:
    expected = {"type": "expected", "check": "rails", "metric": "m", "rate": 400, "nodes": ["n1"]}
    number = {**pair("n1", "n2"), "check": "rails"}
    kept = keep({"time": at(), **expected}, number, outcome("rails"))
    assert {line["type"] for line in kept.lines} == {"expected", "measurement", "outcome"}
