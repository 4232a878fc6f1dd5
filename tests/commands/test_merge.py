"""init run again: a person's edits stay, and are named."""

from __future__ import annotations

import pytest

from podsys.commands.merge import merge_cluster_file
from podsys.core.spec import parse_spec
from podsys.effects.workspace import Workspace
from podsys.model.spec import ClusterSpec, Node


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


def make(**nodes: Node) -> ClusterSpec:
    return ClusterSpec(cluster="demo", nodes=nodes or {"n1": Node(address="10.0.0.1")})


def read(workspace: Workspace) -> ClusterSpec:
    spec, problems = parse_spec(workspace.cluster_file.read_text())
    assert not problems, problems
    assert spec is not None
    return spec


def test_what_is_written_reads_back_the_same(workspace):
    spec = make(
        n1=Node(address="10.0.0.1", groups=("compute", "rack1"), bmc="10.1.0.1", serial="007"),
        n2=Node(address="fd00::2", state="unreachable"),
    )
    assert merge_cluster_file(workspace, spec).kept == ()
    assert read(workspace) == spec


@pytest.mark.parametrize("name", ["on", "1", "null", "y", "007", "1e3", "n1"])
def test_names_that_yaml_takes_for_something_else(workspace, name):
    merge_cluster_file(workspace, make(**{name: Node(address="10.0.0.1")}))
    assert list(read(workspace).nodes) == [name]


def test_edits_and_comments_stay_and_are_named(workspace):
    spec = make()
    merge_cluster_file(workspace, spec)
    text = workspace.cluster_file.read_text()
    edited = text.replace("profile: training", "profile: hpc   # our choice")
    workspace.cluster_file.write_text(edited)
    both = make(n1=Node(address="10.0.0.1"), n2=Node(address="10.0.0.2"))
    merged = merge_cluster_file(workspace, both.model_copy(update={"profile": "hpc"}))
    assert merged.kept == ("profile: hpc",)
    assert merged.added == ("n2",)
    assert "profile: hpc   # our choice" in workspace.cluster_file.read_text()
    assert read(workspace).nodes["n2"].address == "10.0.0.2"


def test_states_follow_the_machines_and_are_no_edits(workspace):
    merge_cluster_file(workspace, make(n1=Node(address="a", state="unreachable")))
    merge_cluster_file(workspace, make(n1=Node(address="a")))
    assert read(workspace).nodes["n1"].state == "ready"
    assert merge_cluster_file(workspace, make(n1=Node(address="a"))).kept == ()


def test_nothing_new_leaves_the_file_alone(workspace):
    merge_cluster_file(workspace, make())
    before = workspace.cluster_file.stat().st_mtime_ns
    merge_cluster_file(workspace, make())
    assert workspace.cluster_file.stat().st_mtime_ns == before


def test_lines_of_others_stay_letter_by_letter(workspace):
    merge_cluster_file(workspace, make())
    before = workspace.cluster_file.read_text().splitlines()
    both = make(n1=Node(address="10.0.0.1"), n2=Node(address="10.0.0.2"))
    assert merge_cluster_file(workspace, both).added == ("n2",)
    after = workspace.cluster_file.read_text().splitlines()
    assert "  server: null" in before
    assert [line for line in before if line not in after] == []
