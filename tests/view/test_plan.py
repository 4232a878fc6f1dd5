"""The plan as people and machines read it."""

from __future__ import annotations

import json

import pytest

from podsys.model.build import Build, PlannedBuild
from podsys.model.plan import Gap, Plan, Reboot, Step
from podsys.view.plan import describe_before, plan_as_json, plan_lines, show_plan, summarise
from tests.view.view_sample import make_change, make_plan, name_nodes

NODES = name_nodes(4)


def lines(plan: Plan) -> list[str]:
    return list(plan_lines(plan))


def find(plan: Plan, text: str) -> str:
    return next(line for line in lines(plan) if text in line)


def test_a_change_shows_both_faces_and_folded_nodes() -> None:
    line = find(make_plan(NODES), "vm.swappiness")
    assert line.split() == [
        "~", "vm.swappiness", "60", "(saved:", "unset)", "→", "1", "n[001-004]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "value", "mark"),
    [
        ({"live": "absent"}, "installed", "+"),
        ({"persistent": "missing"}, "x", "+"),
        ({"live": "unset", "persistent": "unset"}, "pt", "+"),
        ({"live": "60", "persistent": "unset"}, "1", "~"),
        ({"live": "running", "persistent": "running"}, "stopped", "-"),
    ],
)
def test_the_mark_tells_what_kind_of_change(before: dict[str, str], value: str, mark: str) -> None:
    plan = Plan(changes=(make_change("k", before, value, NODES),))  # type: ignore[arg-type]
    assert find(plan, " k ").split()[0] == mark


def test_equal_faces_are_shown_once() -> None:
    assert describe_before({"live": "60", "persistent": "60"}) == "60"
    assert describe_before({"persistent": "60"}) == "60"
    assert describe_before({"live": "1", "persistent": "60"}) == "1 (saved: 60)"
    assert describe_before({"live": ""}) == '""'


def test_it_is_grouped_by_role_and_readable_at_80_columns() -> None:
    shown = lines(make_plan(NODES))
    assert [line for line in shown if line and not line.startswith(" ")] == [
        "fabric_tools", "base", "settings", "reboot", "could not be read",
    ]  # fmt: skip
    assert max(map(len, shown)) <= 100
    assert find(make_plan(NODES), "scaling_governor").count("powersave") == 0, "wraps after a path"


def test_gaps_reboots_and_lost_nodes_are_named() -> None:
    plan = Plan(
        reboots=(Reboot(("n001",), ("kernel_argument.iommu",)),),
        gaps=(Gap("n001", "x.y", "no permission"), Gap("n002", "x.y", "no permission")),
        unreachable=("n003", "n004"),
    )
    assert find(plan, "iommu").split() == ["!", "n001", "for", "kernel_argument.iommu"]
    assert find(plan, "x.y").split() == ["?", "x.y", "no", "permission", "n[001-002]"]
    assert "n[003-004]" in find(plan, "left as they are")


def test_advice_is_apart_and_not_counted() -> None:
    advice = [make_change("vm.foo", {"live": "1"}, "2", NODES)]
    shown = list(plan_lines(Plan(), advice))
    assert any("vm.foo" in line and line.startswith("  ·") for line in shown)
    assert summarise(Plan()) == "Nothing to do: all is as described."


def test_the_last_line_counts() -> None:
    assert summarise(make_plan(NODES)) == (
        "Plan: 6 changes on 4 nodes, 1 reboot. 2 nodes could not be read in full."
    )
    assert summarise(Plan(), 4) == "Nothing to do: 4 nodes are as described."
    assert summarise(Plan(), 1) == "Nothing to do: 1 node is as described."


def test_nothing_to_do_never_praises_what_was_not_read() -> None:
    said = summarise(Plan(unreachable=("n001",)), 4)
    assert "as described" not in said
    assert "1 node could not be read" in said


def test_hostile_values_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    change = make_change("k", {"live": "\x1b[2J[bold]"}, "a\nb", ["<b>", "n@1"])
    show_plan(Plan(changes=(change,), steps=(Step("settings", ("n1",)),)))
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "[bold]" in said
    assert "<b>,n@1" in said


def test_json_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    plan = make_plan(NODES)
    document = json.loads(json.dumps(plan_as_json(plan)))
    assert document["empty"] is False
    assert document["changes"][2]["item"]["value"] == "1"
    assert document["changes"][2]["before"] == {"live": "60", "persistent": "unset"}
    assert document["changes"][2]["nodes"] == NODES
    assert len(document["changes"]) == len(plan.changes)
    assert document["reboots"][0]["because"] == ["kernel_argument.iommu"]
    assert len(document["gaps"]) == 2
    assert capsys.readouterr().out == ""


def test_what_is_built_comes_first_with_who_and_for_whom() -> None:
    build = Build("mod-6.1", "1-1+6.1-2", "amd64", "6.1", "mod-dkms", "1-1", "a" * 64)
    kept = Build("mod-6.2", "1-1+6.2-1", "amd64", "6.2", "mod-dkms", "1-1", "a" * 64)
    plan = Plan(
        builds=(PlannedBuild(build, ("n1", "n2"), "n1"), PlannedBuild(kept, ("n3",))),
        steps=(Step("driver", ("n1", "n2", "n3")),),
    )
    assert list(plan_lines(plan))[:3] == [
        "build, before anything is changed",
        "  + mod-6.1  once, on n1, for n[1-2]",
        "  · mod-6.2  kept from an earlier deploy, for n3",
    ]
    first, second = plan_as_json(plan)["builds"]
    assert (first["package"], first["node"]) == ("mod-6.1=1-1+6.1-2", "n1")
    assert (second["node"], second["file"]) == ("", "mod-6.2_1-1+6.2-1_amd64.deb")
