"""The checks of rails and GPU pairs as files, on nodes whose facts are known and nobody answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from podsys.core.practice import EMULATED
from podsys.effects.content import content_root
from podsys.effects.suites import SuiteRun, run_suites

CHECKS = ("test_rails.py", "test_gpu_pairs.py")
CLUSTER = """
cluster: t
ssh: {user: root, port: 9, timeout_s: 1, key: key}
nodes:
  n1: {address: 127.0.0.1}
  n2: {address: 127.0.0.2}
  n3: {address: 127.0.0.3}
network: {link_gbps: 10}
accept: {launcher: srun}
"""
Lines = list[dict[str, Any]]


def hardware(gpus: int, ports: int, bios: str = "AMI") -> dict[str, Any]:
    rails = [
        {"device": f"mlx5_{n}", "port": 1, "bdf": f"0000:0{n}:00.0", "state": "ACTIVE"}
        for n in range(ports)
    ]
    gpu = {"kind": "gpu", "vendor": "10de", "device": "2330", "bdf": "0000:07:00.0"}
    data = {
        "dmi": {"bios_vendor": bios},
        "pci": {"devices": [gpu] * gpus},
        "infiniband": {"ports": [rail | {"rate_gbps": 400} for rail in rails]},
    }
    return {"sections": {name: {"status": "ok", "data": one} for name, one in data.items()}}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Lines]:
    def run_checks(plan_only: bool = False, **facts: dict[str, Any]) -> Lines:
        root = tmp_path / "workspace"
        (root / ".podsys").mkdir(parents=True)
        (root / "cluster.yaml").write_text(CLUSTER)
        (root / "known_hosts").write_text("")
        (root / ".podsys" / "facts.json").write_text(json.dumps(facts))
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / "key")]
        subprocess.run(words, check=True)
        paths = [content_root() / "checks" / "network" / name for name in CHECKS]
        (tmp_path / "run").mkdir()
        lines = tmp_path / "run" / "checks.jsonl"
        return run_suites(SuiteRun(paths, root, [], 4, lines, plan_only=plan_only), lambda _: None)

    return run_checks


def outcomes(lines: Lines) -> dict[str, tuple[str, str]]:
    return {
        line["check"].partition(".")[2]: (line["status"], line["evidence"])
        for line in lines
        if line["type"] == "outcome"
    }


def test_what_no_node_has_is_skipped(run: Callable[..., Lines]) -> None:
    found = outcomes(run(**dict.fromkeys(("n1", "n2", "n3"), hardware(0, 0))))
    assert found["rails"][0] == found["gpu_pairs"][0] == "skip"


def test_what_is_emulated_or_was_never_looked_at_is_unknown(run: Callable[..., Lines]) -> None:
    found = outcomes(run(n1=hardware(8, 8, EMULATED), n2=hardware(8, 8, EMULATED)))
    assert found["rails"][0] == found["gpu_pairs"][0] == "unknown"
    assert "emulated" in found["rails"][1] + found["gpu_pairs"][1]


def test_the_plan_has_its_rounds_and_minutes(run: Callable[..., Lines]) -> None:
    known = dict.fromkeys(("n1", "n2", "n3"), hardware(8, 2))
    (started,) = [line for line in run(plan_only=True, **known) if line["type"] == "started"]
    planned = {one["check"]: one for one in started["planned"]}
    assert "3 rounds of 1 pairs at once" in planned["network.rails"]["text"]
    assert "3 rounds of 1 pairs at once" in planned["network.gpu_pairs"]["text"]
    assert planned["network.rails"]["usual_s"] < planned["network.gpu_pairs"]["usual_s"] < 100
    assert all(one["continues"] for one in planned.values())


def test_nodes_with_the_hardware_that_do_not_answer_are_lost(run: Callable[..., Lines]) -> None:
    """All rounds are gone through, and what was not measured says why."""
    lines = run(**dict.fromkeys(("n1", "n2"), hardware(8, 2)), n3=hardware(0, 0))
    measured = [line for line in lines if line["type"] == "measurement"]
    rails = [one for one in measured if one["check"] == "network.rails"]
    gpus = [one for one in measured if one["check"] == "network.gpu_pairs"]
    assert {tuple(one["rails"]) for one in rails} == {("mlx5_0",) * 2, ("mlx5_1",) * 2}
    assert {tuple(one["nodes"]) for one in gpus} == {("n1", "n2"), ("n2", "n1")}
    assert {one["value"] for one in measured} == {None}
    assert all({*one["lost"]} == {"n1", "n2"} and one["problem"] for one in measured)
    expected = {one["check"]: one for one in lines if one["type"] == "expected"}
    assert expected["network.rails"]["rate"] == 400
    assert expected["network.gpu_pairs"]["rate"] == 100
