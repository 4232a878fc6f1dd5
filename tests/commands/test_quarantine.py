"""Nodes that a reboot has spoilt: in quarantine until they are as they were before it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from podsys.commands.quarantine import put_in_quarantine, release_nodes
from podsys.effects.quarantine import load_quarantine
from podsys.effects.workspace import Workspace
from podsys.model.facts import NodeFacts, Section
from podsys.model.quarantine import LastState
from podsys.model.spec import ClusterSpec, Node


def context(root: Path, gpus: int) -> Any:
    """A run in which n1 answers with so many GPUs."""
    sections = {"gpu": Section("ok", {"count": gpus}), "units": Section("ok", {"failed": []})}
    spec = ClusterSpec(cluster="c", nodes={"n1": Node(address="n1")})
    return SimpleNamespace(
        cluster=SimpleNamespace(spec=spec, workspace=Workspace(root)),
        run=root / "runs" / "r",
        facts={"n1": NodeFacts("n1", sections=sections)},
        desired=SimpleNamespace(wanted={"n1": ()}),
        applied=SimpleNamespace(failed={}),
        journal=SimpleNamespace(write=lambda *_, **__: None),
        watch=SimpleNamespace(say=lambda _: None),
    )


def test_a_second_reboot_does_not_forget_what_the_node_was_before_the_first(tmp_path) -> None:
    workspace = Workspace(tmp_path)
    put_in_quarantine(context(tmp_path, 7), "n1", "7 of its 8 GPUs came back", LastState(gpus=8))
    put_in_quarantine(context(tmp_path, 7), "n1", "it did not answer", LastState(gpus=7))
    assert load_quarantine(workspace)["n1"].reason == "it did not answer"
    release_nodes(context(tmp_path, 7))
    assert "n1" in load_quarantine(workspace)
    release_nodes(context(tmp_path, 8))
    assert load_quarantine(workspace) == {}
