"""A job on some nodes goes through the launcher that cluster.yaml names, to the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from podsys.commands import ranks
from podsys.commands.collective import Collective
from podsys.commands.ranks import Ranks
from podsys.effects.mpirun import JobOutcome
from podsys.model.spec import ClusterSpec

BUSY = "srun: error: Unable to allocate resources: Requested nodes are busy\n"


def spec_of(launcher: str) -> ClusterSpec:
    nodes = {f"n{number}": {"address": f"10.0.0.{number}"} for number in (1, 2, 3)}
    return ClusterSpec.model_validate(
        {"cluster": "t", "nodes": nodes, "accept": {"launcher": launcher}}
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Address and command of each job; none of them gets its nodes."""
    found: list[tuple[str, str]] = []

    def run_jobs(
        _ssh: Any, _keys: Path, commands: Mapping[str, str], _limit: float
    ) -> dict[str, JobOutcome]:
        found.extend(commands.items())
        return dict.fromkeys(commands, JobOutcome(1, "", BUSY, 1.0))

    monkeypatch.setattr(ranks, "run_jobs", run_jobs)
    return found


@pytest.mark.parametrize("launcher", ["mpirun", "srun"])
def test_the_allreduce_is_started_by_the_launcher_named(
    asked: list[tuple[str, str]], launcher: str
) -> None:
    job = Collective(
        Ranks(spec_of(launcher), Path("known_hosts"), "mark7"), "print(1)", "network.allreduce",
        lambda name, _: name, None,  # type: ignore[arg-type]
    )  # fmt: skip
    trial = job.run(["n3", "n1"])
    ((address, command),) = asked
    assert address == "10.0.0.3"
    assert f"exec {'timeout' if launcher == 'mpirun' else 'sh'} " in command
    assert ("n3,n1" in command) is (launcher == "srun")
    assert "export PODSYS_RUN=mark7; " in command
    assert (trial.begun, trial.failed) == ((False, False) if launcher == "srun" else (True, True))
    assert "busy" in trial.problem


def test_every_group_has_a_job_of_its_own_all_at_once(asked: list[tuple[str, str]]) -> None:
    ranks = Ranks(spec_of("srun"), Path("known_hosts"))
    outcomes = ranks.run_each([("n3", "n1"), ("n2",)], "print(1)", 60)
    assert [address for address, _ in asked] == ["10.0.0.3", "10.0.0.2"]
    assert all("busy" in outcome.not_begun for outcome in outcomes)
