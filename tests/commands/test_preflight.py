"""podsys preflight on made-up facts: who may start, what is said, what is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from podsys.cli import app
from podsys.commands import desired, passive
from podsys.core.faults import parse_faults
from podsys.errors import PodsysError
from podsys.model.facts import NodeFacts, Section

CLUSTER = """\
cluster: demo
nodes:
  n001: {address: 10.0.0.1, platform: hgx-h100}
  n002: {address: 10.0.0.2, platform: hgx-h100}
  n003: {address: 10.0.0.3, platform: hgx-h100}
  n004: {address: 10.0.0.4, platform: hgx-h100}
"""
NODES = ("n001", "n002", "n003", "n004")
HEAD = "title: t\nsymptom: s\nsource: [a book]\nlab: {none: a test}\n"
FAULTS = {
    "lost": """status: fail
blocks: true
order: 10
each: gpu.gpus
when: it.error != ''
evidence: "GPU {it.index}: {it.error}"
cause: it fell off
remedy: reboot it
repairs: reboot
explains: [missing]
""",
    "missing": """status: fail
blocks: true
order: 5
when: count(g.error == '' for g in gpu.gpus) < platform.gpus.count
evidence: "{count(g.error == '' for g in gpu.gpus)} of {platform.gpus.count}"
cause: unknown
remedy: look
repairs: hands
""",
    "errors": """status: fail
blocks: false
order: 60
each: gpu.gpus
when: rates.gpu.gpus[it.uuid].replays > params.limit
params: {limit: 1}
evidence: "GPU {it.index}: {rates.gpu.gpus[it.uuid].replays} a second"
cause: a bad lane
remedy: reseat
repairs: hands
""",
    "odd": """status: warn
blocks: false
order: 70
when: system.kernel != fleet.system.kernel
evidence: "{system.kernel}, others {fleet.system.kernel}"
cause: an update
remedy: reboot
repairs: reboot
""",
    "names": """status: fail
blocks: true
order: 50
each: peers.names
when: it.expected not in it.found
evidence: "{it.name} is {it.found}, not {it.expected}"
cause: hosts
remedy: deploy
repairs: podsys
""",
    "drift": """status: warn
blocks: false
order: 70
when: system.kernel != wanted.kernel
evidence: "{system.kernel}, wanted {wanted.kernel}"
cause: an update
remedy: reboot
repairs: reboot
""",
}
Facts = dict[str, NodeFacts]


def make_facts(node: str) -> NodeFacts:
    gpus = [{"index": i, "uuid": f"GPU-{i}", "error": "", "replays": 5} for i in range(8)]
    system = {
        "kernel": "6.1", "boot_id": f"boot of {node}", "uptime_s": 9000.0, "arch": "x86_64",
        "product": "PowerEdge XE9680", "virtual": False, "virtualization": "none",
    }  # fmt: skip
    sections: dict[str, dict[str, Any]] = {"gpu": {"gpus": gpus, "count": 8}, "system": system}
    return NodeFacts(node, sections={n: Section("ok", data) for n, data in sections.items()})


@pytest.fixture
def facts() -> Facts:
    return {node: make_facts(node) for node in NODES}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: Facts) -> Callable[..., Any]:
    """Runs preflight; every node has what it is asked for as it is wanted."""
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    texts = {f"x/{name}.yaml": f"id: {name}\n{HEAD}{text}" for name, text in FAULTS.items()}
    faults, problems = parse_faults(texts, ("gpu", "system"))
    assert problems == []
    monkeypatch.setattr(passive, "load_faults", lambda _settings: tuple(faults))

    def probe(_fleet: Any, requests: Any, on_done: Any = None, **_: Any) -> Facts:
        for node, items in requests.items():
            if facts[node].reachable:
                facts[node].readings.update({i.id: facts[node].readings.get(i.id) or read(i)
                                             for i in items})  # fmt: skip
            if on_done:
                on_done(facts[node])
        return {node: facts[node] for node in requests}

    def read(item: Any) -> Any:
        if item.kind == "peer":
            return {"live": item.value.rpartition(":")[0], "note": "open"}
        return {"live": item.value, "persistent": item.value}

    monkeypatch.setattr(desired, "probe", probe)

    def invoke(*words: str) -> Any:
        return CliRunner().invoke(app, ["preflight", "-C", str(tmp_path), *words])

    return invoke


def set_gpu(facts: Facts, node: str, index: int, **values: Any) -> None:
    facts[node].sections["gpu"].data["gpus"][index].update(values)


def open_findings(done: Any) -> dict[str, Any]:
    found = json.loads(done.stdout)["findings"]
    return {f["check"]: f for f in found if f["status"] in ("fail", "warn", "unknown")}


def test_healthy_nodes_all_may_start(run, facts, tmp_path):
    done = run("--hostfile", str(tmp_path / "hosts"))
    assert done.exit_code == 0, done.output
    assert "4 of 4 nodes may start" in done.stdout
    lines = (tmp_path / "hosts").read_text().splitlines()
    assert lines == [f"{node} slots=8" for node in NODES]


def test_a_lost_gpu_is_the_first_finding_with_its_symptom_below(run, facts, tmp_path):
    set_gpu(facts, "n002", 3, error="GPU is lost")
    done = run("--json", "--hostfile", str(tmp_path / "hosts"))
    document = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (document["verdict"], document["ready"]) == ("failed", ["n001", "n003", "n004"])
    first, second = document["findings"][:2]
    assert (first["fault"], first["nodes"], first["blocks"]) == ("lost", ["n002"], True)
    assert first["evidence"] == "GPU 3: GPU is lost"
    assert (first["cause"], first["remedy"]) == ("it fell off", "reboot it")
    assert (second["fault"], second["folded_under"]) == ("missing", "lost")
    assert "n002" not in (tmp_path / "hosts").read_text()


def test_people_see_roots_with_cause_and_remedy(run, facts):
    set_gpu(facts, "n002", 3, error="GPU is lost")
    set_gpu(facts, "n004", 0, error="GPU is lost")
    said = run().stdout
    for text in (
        "fail    lost  n002", "fail    lost  n004", "GPU 3: GPU is lost", "cause: it fell off",
        "→ [reboot] reboot it", "explains missing", "blocked: n[002,004] by lost",
        "2 of 4 nodes may start",
    ):  # fmt: skip
        assert text in said
    assert said.count("cause: it fell off") == 1


def test_a_dead_node_is_unknown_and_stops_nobody_else(run, facts, tmp_path):
    facts["n003"] = NodeFacts("n003", error="no route to host")
    done = run("--json", "--hostfile", str(tmp_path / "hosts"))
    assert done.exit_code == 3
    assert json.loads(done.stdout)["ready"] == ["n001", "n002", "n004"]
    assert open_findings(done)["node.reachable"]["evidence"] == "no route to host"


def test_a_dead_section_is_one_unknown(run, facts):
    facts["n001"].sections["gpu"] = Section("unknown", {}, "nvml hung")
    done = run("--json")
    found = open_findings(done)
    assert done.exit_code == 3
    assert found["node.gpu"]["evidence"].startswith("nvml hung; ")
    assert {found[name]["folded_under"] for name in ("lost", "missing")} == {"node.gpu"}
    assert run().stdout.count("unknown ") == 1


def test_counters_are_rates_between_looks(run, facts, tmp_path):
    first = run("--json")
    skipped = [f for f in json.loads(first.stdout)["findings"] if f["check"] == "errors"]
    assert [f["status"] for f in skipped] == ["skip"]
    set_gpu(facts, "n004", 1, replays=5000)
    found = open_findings(run("--json"))["errors"]
    assert (found["nodes"], found["blocks"]) == (["n004"], False)
    kept = json.loads((tmp_path / ".podsys" / "counters.json").read_text())
    assert set(kept) == set(NODES)
    set_gpu(facts, "n004", 1, replays=99999)
    facts["n004"].sections["system"].data["boot_id"] = "another"
    assert "errors" not in open_findings(run("--json"))


def test_nothing_else_is_written(run, tmp_path):
    run()
    written = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert written == {"cluster.yaml", ".podsys/counters.json"}


def test_one_odd_node_is_told_from_the_fleet(run, facts):
    facts["n002"].sections["system"].data["kernel"] = "5.10"
    found = open_findings(run("--json"))["odd"]
    assert (found["nodes"], found["evidence"]) == (["n002"], "5.10, others 6.1")
    assert run().exit_code == 0


@pytest.mark.parametrize("kernels", [("a", "a", "b", "b"), ("a", "b", "c", "d")])
def test_without_a_majority_nobody_is_odd(run, facts, kernels):
    for node, kernel in zip(NODES, kernels, strict=True):
        facts[node].sections["system"].data["kernel"] = kernel
    assert "odd" not in open_findings(run("--json"))


def test_a_wrong_name_is_told_of_whoever_resolves_it_wrongly(run, facts):
    facts["n001"].readings["peer.n003"] = {"live": "192.0.2.9", "note": "open"}
    found = open_findings(run("--json"))["names"]
    assert found["nodes"] == ["n001"]
    assert found["evidence"] == "n003 is 192.0.2.9, not 10.0.0.3"


def test_the_lock_says_what_is_wanted(run, facts, tmp_path):
    lock = "systems:\n- {os: debian, kernel: '6.1', nodes: 'n[001-003]'}\n"
    (tmp_path / "podsys.lock").write_text(lock)
    facts["n003"].sections["system"].data["kernel"] = "6.2"
    found = open_findings(run("--json"))["drift"]
    assert (found["nodes"], found["evidence"]) == (["n003"], "6.2, wanted 6.1")


def test_a_setting_that_drifted_does_not_keep_jobs_away(run, facts):
    facts["n001"].readings["sysctl.vm.swappiness"] = {"live": "60", "persistent": "60"}
    done = run("--json")
    assert done.exit_code == 1
    assert open_findings(done)["sysctl.vm.swappiness"]["blocks"] is False
    assert json.loads(done.stdout)["ready"] == list(NODES)


def test_a_limited_look_asks_only_these(run, tmp_path):
    done = run("--limit", "n[001-002]", "--hostfile", str(tmp_path / "hosts"))
    assert "2 of 2 nodes may start" in done.stdout
    assert (tmp_path / "hosts").read_text() == "n001 slots=8\nn002 slots=8\n"


def test_nobody_ready_leaves_an_empty_hostfile(run, facts, tmp_path):
    (tmp_path / "hosts").write_text("n001 slots=8\n")
    for node in NODES:
        set_gpu(facts, node, 0, error="GPU is lost")
    assert run("--hostfile", str(tmp_path / "hosts")).exit_code == 1
    assert (tmp_path / "hosts").read_text() == ""


def test_a_container_is_called_practice(run, facts):
    assert "lab" not in json.loads(run("--json").stdout)
    facts["n001"].sections["system"].data["virtualization"] = "systemd-nspawn"
    assert json.loads(run("--json").stdout)["lab"] is True
    assert "practice cluster" in run().stdout


def test_a_wrong_duration_is_refused(run):
    done = run("--since", "yesterday")
    assert isinstance(done.exception, PodsysError)
    assert "24h" in str(done.exception)


def test_a_hostfile_that_cannot_be_written_is_told(run, tmp_path):
    (tmp_path / "file").write_text("")
    done = run("--hostfile", str(tmp_path / "file" / "hosts"))
    assert isinstance(done.exception, PodsysError)
    assert "file/hosts" in str(done.exception)


def test_machines_are_compared_with_those_of_their_product_and_gpus() -> None:
    """One platform is built by several makers, and a node that lost a GPU is of its model."""

    def node(product: str, *gpus: str) -> NodeFacts:
        devices = [{"vendor": "10de", "device": one, "kind": "gpu"} for one in gpus]
        return NodeFacts("n", sections={
            "system": Section("ok", {"product": product}),
            "pci": Section("ok", {"devices": [*devices, {"kind": "nic"}]}),
        })  # fmt: skip

    facts = {
        "whole": node("XE9680", "2335", "2335"),
        "less": node("XE9680", "2335"),
        "older": node("XE9680", "2330", "2330"),
        "other": node("DGXH100", "2330", "2330"),
        "unseen": NodeFacts("unseen", "no route"),
    }
    kinds = passive._kinds(facts, {"older": "hgx-h100", "other": "hgx-h100"})
    assert kinds["whole"] == kinds["less"]
    assert len(set(kinds.values())) == 4
