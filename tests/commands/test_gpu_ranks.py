"""GPUs of all nodes together: who can take part, and by which program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from podsys.commands.check_session import CheckCluster
from podsys.commands.gpu_ranks import all_have, demand_gpus
from podsys.core.launchers.training import TOOL
from podsys.core.practice import EMULATED
from podsys.effects.ssh import Command, Fleet, Outcome
from podsys.model.facts import NodeFacts, Section
from podsys.model.spec import ClusterSpec

SPEC = ClusterSpec.model_validate(
    {
        "cluster": "t",
        "nodes": {name: {"address": f"10.0.0.{n}"} for n, name in enumerate(("n1", "n2"), 1)},
        "accept": {"tools": ["/shared/tests"]},
    }
)


def facts(node: str, gpus: int, bios: str = "AMI") -> NodeFacts:
    devices = [{"kind": "gpu", "vendor": "10de"}] * gpus
    sections = {"pci": {"devices": devices}, "dmi": {"bios_vendor": bios}}
    return NodeFacts(node, sections={name: Section("ok", data) for name, data in sections.items()})


def cluster(*known: NodeFacts) -> CheckCluster:
    every = {one.node: one for one in known}
    return CheckCluster(SPEC, list(every), Path(), None, {}, cast(Any, None), every, {})


def test_every_node_must_be_able() -> None:
    assert demand_gpus(cluster(facts("n1", 8), facts("n2", 8)), TOOL) == 8
    with pytest.raises(pytest.skip.Exception, match="no node has GPUs"):
        demand_gpus(cluster(facts("n1", 0), facts("n2", 0)), TOOL)
    for other, reason in (
        (facts("n2", 0), "not every node"), (facts("n2", 8, EMULATED), "emulated"),
        (facts("n2", 7), "different numbers"), (NodeFacts("n2"), "never probed"),
    ):  # fmt: skip
        with pytest.raises(RuntimeError, match=reason):
            demand_gpus(cluster(facts("n1", 8), other), TOOL)


class AnsweringFleet:
    def __init__(self, **answers: Outcome) -> None:
        self.answers = answers

    def run_each(self, commands: Mapping[str, Command], _: float) -> Iterator[Outcome]:
        for node, command in commands.items():
            assert command.text.startswith("PATH=/shared/tests:$PATH:")
            yield self.answers[node]


def answer(code: int | None, error: str = "") -> Outcome:
    return Outcome("n", code, b"", b"", error, 0.1)


def test_a_program_counts_where_all_have_it() -> None:
    both = cluster(facts("n1", 8), facts("n2", 8))
    for other, expected in ((answer(0), True), (answer(127), False), (answer(None, "gone"), True)):
        fleet = cast(Fleet, AnsweringFleet(n1=answer(0), n2=other))
        assert all_have(both, fleet, "all_reduce_perf") is expected
