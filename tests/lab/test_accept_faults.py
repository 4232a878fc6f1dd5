"""A cluster that misbehaves while it is measured: who it is gets named, and the run ends by itself.

Real faults and real traffic. Every node that hangs or dies does so in mid-run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from podsys.lab import faults
from tests.lab.practice import Outcome, Run, Site, end_group, measures_nodes, wait_until

pytestmark = measures_nodes
NODES = ("n001", "n002", "n003", "n004")
# What podsys itself may have left on a node, by its mark, by name, and as files.
LEFT = (
    "grep -lsz '^PODSYS_RUN=' /proc/[0-9]*/environ; pgrep -la 'iperf3|mpirun|orted';"
    "ls -d /tmp/podsys-* /tmp/ompi.* 2>/dev/null; true"
)


@pytest.fixture(autouse=True)
def brief(site: Site) -> Iterator[None]:
    with site.edited("accept", seconds_per_pair=1):
        yield


def accept(site: Site, *words: str) -> Outcome:
    return site.podsys("accept", "-C", str(site.root), *words)


def suspects(run: Run) -> list[tuple[str, str]]:
    return [(found["kind"], found["id"]) for found in run.certificate["suspects"]]


def of(run: Run, status: str, metric: str = "") -> dict[tuple[str, ...], str]:
    """Nodes and evidence of the findings with this status."""
    return {
        tuple(f["nodes"]): f["evidence"]
        for f in run.results
        if f["status"] == status and (not metric or f["metric"] == metric)
    }


def in_mid_run(site: Site, known: set[Path], harm: Callable[[], None]) -> Thread:
    """Does harm when the second round of pairs has begun."""

    def wait_and_harm() -> None:
        wait_until(lambda: any(has_begun(new) for new in runs_of(site) - known), 120)
        harm()

    thread = Thread(target=wait_and_harm, daemon=True)
    thread.start()
    return thread


def runs_of(site: Site) -> set[Path]:
    return set((site.root / "runs").glob("2*"))


def has_begun(run: Path, what: str = "round 2") -> bool:
    file = run / "measurements.jsonl"
    return file.is_file() and what in file.read_text()


def planned_limit(site: Site) -> float:
    """Seconds that measuring takes at most, as the plan says before."""
    done = accept(site, "--plan", "--json")
    assert done.code == 0, done.err
    return float(json.loads(done.out)["at_most_s"])


def assert_nothing_left(site: Site, nodes: tuple[str, ...] = NODES) -> None:
    assert {node: site.sh(node, LEFT) for node in nodes} == dict.fromkeys(nodes, "")


def test_a_node_that_loses_packets_is_named_though_it_may_be_fast(site: Site) -> None:
    with site.fault(faults.lose_packets, "n003", 2.0, on=("n003",)):
        done = accept(site, "--level", "3")
        run = site.newest
    assert done.code == 1, done.out + done.err
    assert suspects(run) == [("node", "n003")]
    lossy = of(run, "fail", "tcp_pair_resent")
    assert [*lossy] == [("n003",)]
    assert "loses packets" in lossy["n003",]
    assert {node for node, verdict in run.verdicts.items() if verdict == "failed"} == {"n003"}


@pytest.mark.parametrize(("harm", "level"), [(faults.kill_node, 4), (faults.freeze, 3)])
def test_a_node_that_is_gone_in_mid_run_is_named_and_the_others_are_measured(
    site: Site, harm: Callable[..., None], level: int
) -> None:
    limit = planned_limit(site)
    began = time.monotonic()
    thread = in_mid_run(site, runs_of(site), lambda: harm("n003", site.lab))
    try:
        done = accept(site, "--level", str(level))
        run = site.newest
        took = time.monotonic() - began
    finally:
        thread.join(timeout=120)
        faults.heal("n003", site.lab)
        site.sh("n003", "systemctl restart chrony")
    assert done.code == 1, done.out + done.err
    assert took < limit
    assert suspects(run) == [("node", "n003")]
    (gone,) = [f for f in run.results if f["check"] == "run.node_stayed" and f["status"] == "fail"]
    assert gone["nodes"] == ["n003"]
    assert "does not answer any more" in gone["evidence"]
    assert run.verdicts["n003"] == "failed"
    assert {run.verdicts[node] for node in NODES if node != "n003"} == {"certified"}
    assert ("n003",) in of(run, "unknown", "tcp_pair_bw")
    ranks = [f for f in run.results if f["metric"] == "mpi_allreduce_ranks"]
    assert [(f["status"], f["value"]) for f in ranks] == [("fail", 3.0)] * (level == 4)
    assert_nothing_left(site)


def test_a_collective_that_one_node_spoils_names_it(site: Site) -> None:
    site.sh("n002", "chmod -x /usr/bin/orted")
    try:
        done = accept(site)
        run = site.newest
    finally:
        site.sh("n002", "chmod +x /usr/bin/orted")
    assert done.code == 1, done.out + done.err
    assert suspects(run) == [("node", "n002")]
    assert "orted" in of(run, "fail", "mpi_allreduce_culprit")["n002",]


def test_an_ended_run_leaves_a_partial_report_and_clean_nodes(site: Site) -> None:
    assert_partial(site, interrupt(site, signal.SIGTERM, "over 4 nodes", random.random()))


def assert_partial(site: Site, run: Run) -> None:
    assert run.certificate["verdict"] != "certified"
    assert run.certificate["partial"] is True
    assert "interrupted" in (run.folder / "report.html").read_text()
    assert run.events[-1] == "finished"
    assert not list(run.folder.rglob(".*"))
    assert_nothing_left(site)


def interrupt(site: Site, number: signal.Signals, moment: str, after: float) -> Run:
    known = runs_of(site)
    process = site.start("accept", "-C", str(site.root))
    try:
        wait_until(lambda: any(has_begun(new, moment) for new in runs_of(site) - known), 120)
        time.sleep(after)
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=60)
    finally:
        end_group(process)
    assert process.returncode in (1, 3), out + err
    assert "Traceback" not in err
    return site.newest


def test_resume_keeps_what_still_holds_and_says_so(site: Site) -> None:
    cut = interrupt(site, signal.SIGINT, "round 3", random.random())
    assert_partial(site, cut)
    done = accept(site, "--resume")
    run = site.newest
    assert run.certificate["verdict"] != "unknown", done.out + done.err
    assert [*run.certificate["carried"]] == [cut.folder.name]
    pairs = [read for read in measured(run) if read["metric"] == "tcp_pair_bw"]
    kept = {tuple(read["nodes"]) for read in pairs if read["carried"]}
    fresh = {tuple(read["nodes"]) for read in pairs if not read["carried"]}
    assert len(kept) >= 4
    assert fresh
    assert kept.isdisjoint(fresh) or len(pairs) > 12  # a retest measures again
    marked = [f for f in run.results if f.get("carried") == [cut.folder.name]]
    assert any(f["metric"] == "tcp_pair_bw" and cut.folder.name in f["evidence"] for f in marked)
    assert cut.folder.name in (run.folder / "report.html").read_text()
    assert site.podsys("verify", str(run.certificate_file)).code == done.code


def measured(run: Run) -> list[dict[str, Any]]:
    text = (run.folder / "measurements.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line["type"] == "measurement"]


def test_after_all_this_the_cluster_is_certified_and_nothing_is_carried(site: Site) -> None:
    done = accept(site)
    assert done.code == 0, done.out + done.err
    assert "carried" not in site.newest.certificate
    assert "3 rounds of 2 pairs" in done.out
    assert_nothing_left(site)
