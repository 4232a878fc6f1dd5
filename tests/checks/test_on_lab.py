"""The network suite on real nodes: healthy, slow node, slow link, silent node."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence

import pytest
import yaml

from podsys import lab
from podsys.commands.common import Cluster, load_cluster
from podsys.commands.ranks import Ranks
from podsys.commands.sent_programs import read_program
from podsys.core.judge import ActiveVerdict, judge_lines
from podsys.core.parsers.allreduce import parse
from podsys.effects.content import content_root
from podsys.effects.ssh import Command
from podsys.effects.suites import SuiteRun, run_suites
from podsys.lab import faults
from tests.lab.practice import measures_nodes
from tests.lab.slurm import Slurm

pytestmark = measures_nodes
NAME = f"t-active-{os.getpid()}"
METRICS = [f"mpi_allreduce_{what}" for what in ("ranks", "wrong", "busbw")]
INSTALL = (
    "cat > /etc/ssh/ssh_known_hosts; export DEBIAN_FRONTEND=noninteractive; apt-get update -qq "
    "&& apt-get install -y -qq --no-install-recommends iperf3 openmpi-bin python3-mpi4py"
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Four nodes with the tools that the fabric_tools role would install."""
    try:
        status = lab.up(4, NAME)
        root = tmp_path_factory.mktemp("workspace")
        spec = {
            "cluster": "t",
            "lab": True,
            "ssh": {"user": status.user, "key": str(status.ssh_key)},
            "nodes": {node.name: {"address": node.address} for node in status.nodes},
            "network": {"link_gbps": status.link_mbps / 1000},
        }
        (root / "cluster.yaml").write_text(yaml.safe_dump(spec))
        shutil.copy(status.known_hosts, root / "known_hosts")
        found = load_cluster(root)
        keys = found.workspace.known_hosts.read_bytes()
        with found.connect() as fleet:
            commands = {node: Command(INSTALL, keys) for node in found.spec.nodes}
            for outcome in fleet.run_each(commands, 500):
                assert outcome.ok, outcome
        yield found
    finally:
        lab.down(NAME)


def measure(
    cluster: Cluster, level: int = 3, only: str = "", nodes: Sequence[str] = ()
) -> ActiveVerdict:
    """`only`: one file of the suite."""
    run = SuiteRun(
        paths=[content_root() / "checks" / "network" / only],
        workspace=cluster.workspace.root,
        nodes=list(nodes or cluster.spec.nodes),
        level=level,
        findings_file=cluster.workspace.root / "checks.jsonl",
        timeout_s=300,
    )
    lines = run_suites(run, lambda _: None)
    rate = cluster.spec.network.link_gbps
    return judge_lines(lines, cluster.catalog.baselines, rate, run.nodes)


def not_passed(verdict: ActiveVerdict) -> set[tuple[str, tuple[str, ...]]]:
    """Nothing here has GPUs or RDMA ports, and no deploy has looked for any."""
    return {
        (str(f.status), f.nodes)
        for f in verdict.findings
        if f.status not in ("pass", "skip") and not f.check.startswith("network.gpu_")
    }


def test_a_healthy_cluster_passes_pairs_and_collective(cluster: Cluster) -> None:
    verdict = measure(cluster, level=4)
    assert not_passed(verdict) == set()
    assert not verdict.suspects
    metrics = {measurement.metric for measurement in verdict.measurements}
    assert {"tcp_pair_bw", "mpi_allreduce_busbw", "mpi_allreduce_wrong"} <= metrics


def test_a_slow_node_and_no_other_is_named(cluster: Cluster) -> None:
    faults.slow_link("n003", 100, NAME)
    try:
        verdict = measure(cluster)
    finally:
        faults.heal("n003", NAME)
    # Its full queue may drop so much that a path is named too, as a symptom.
    failed = {(status, nodes) for status, nodes in not_passed(verdict) if status != "warn"}
    assert failed == {("fail", ("n003",))}
    assert [(s.kind, s.id) for s in verdict.suspects] == [("node", "n003")]


def test_a_slow_link_is_named_as_a_link(cluster: Cluster) -> None:
    faults.slow_pair("n001", "n004", 100, NAME)
    try:
        verdict = measure(cluster)
    finally:
        faults.heal("n001", NAME)
        faults.heal("n004", NAME)
    assert not_passed(verdict) == {("fail", ("n001", "n004"))}
    assert [(s.kind, s.id) for s in verdict.suspects] == [("link", "n001--n004")]


def test_a_node_without_sshd_is_unknown_and_the_others_pass(cluster: Cluster) -> None:
    faults.stop_sshd("n002", NAME)
    try:
        verdict = measure(cluster)
    finally:
        faults.heal("n002", NAME)
    assert not_passed(verdict) == {("unknown", ("n002",))}
    assert not verdict.suspects


def test_jobs_of_disjoint_pairs_run_side_by_side(cluster: Cluster) -> None:
    """As pairs of GPU nodes are measured, with what these nodes can do."""
    pairs = [("n001", "n002"), ("n003", "n004")]
    program = read_program(content_root() / "checks" / "network" / "allreduce.py")
    ranks = Ranks(cluster.spec, cluster.workspace.known_hosts, "test7")
    outcomes = ranks.run_each(pairs, program, 60)
    assert [(one.code, one.error) for one in outcomes] == [(0, "")] * 2
    found = [parse(one.stdout) for one in outcomes]
    assert [(one.ranks, one.hosts, one.wrong) for one in found] == [(2, 2, 0)] * 2


def test_srun_starts_the_allreduce_where_cluster_yaml_says_so(cluster: Cluster) -> None:
    """And nodes that Slurm does not give are nobody's fault: here one that it does not know."""
    two, file = ("n001", "n002"), cluster.workspace.root / "cluster.yaml"
    slurm = Slurm(NAME, {name: cluster.spec.nodes[name].address for name in two})
    before = file.read_text()
    slurm.start("libpmix-dev")
    file.write_text(yaml.safe_dump(yaml.safe_load(before) | {"accept": {"launcher": "srun"}}))
    try:
        good = measure(cluster, 4, "test_allreduce.py", two)
        jobs = slurm.sh("sacct -n 2>/dev/null; scontrol show job -o")
        strange = measure(cluster, 4, "test_allreduce.py", ("n001", "n003"))
    finally:
        file.write_text(before)
    assert {f.metric: str(f.status) for f in good.findings} == dict.fromkeys(METRICS, "pass")
    assert "JobName=podsys" in jobs
    assert {f.metric: str(f.status) for f in strange.findings} == dict.fromkeys(METRICS, "unknown")
    assert all("Unable to allocate" in f.evidence for f in strange.findings)
    assert not strange.suspects
