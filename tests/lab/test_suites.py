"""Suites of level 2 on the deployed cluster: real tools, a site's own check, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from tests.lab.practice import Outcome, Run, Site, measures_nodes

pytestmark = measures_nodes
NODES = ("n001", "n002", "n003", "n004")
METRICS = {"cpu_stream_triad", "nvme_read_bw", "nvme_randread"}
OWN = '''\
"""A site's own: is there a scratch folder, and how fast does the machine start a shell?"""

import time

import pytest

from podsys.model.finding import Measurement


@pytest.mark.check(id="site.scratch", level=2, suite="site", remedy="mkdir it")
def test_scratch(host):
    assert host.file("/var/tmp").is_directory, "no /var/tmp"


@pytest.mark.check(id="site.marked", level=2, suite="site", remedy="ask the people of the site")
def test_marked(host):
    assert not host.file("/etc/bad-node").exists, "marked as bad"


@pytest.mark.check(id="site.shells", level=2, suite="site", measures=["shells"])
def test_shells(host, record, check_id):
    began = time.monotonic()
    host.run("true")
    node = host.backend.get_hostname()
    record(Measurement(check_id, "shells", (node,), 1 / (time.monotonic() - began), "1/s"))
'''
BOUND = {
    "metric": "shells", "platform": "cpu-only", "unit": "1/s", "floor": 0.01,
    "scope": "one node", "source": "the site's own", "date": "2026-11-25",
}  # fmt: skip


@contextmanager
def own_check(site: Site) -> Iterator[None]:
    """Dropped into the workspace, with a baseline for what it measures; nothing else is edited."""
    check, bound = site.root / "checks" / "test_site.py", site.root / "baselines" / "site.yaml"
    for file, text in ((check, OWN), (bound, yaml.safe_dump([BOUND]))):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    try:
        yield
    finally:
        check.unlink()
        bound.unlink()


def accept(site: Site) -> tuple[Outcome, Run]:
    done = site.podsys("accept", "-C", str(site.root), "--level", "2", "--learn")
    assert done.code in (0, 1, 3), done.err
    return done, site.newest


def found(run: Run, check: str) -> dict[tuple[str, str], str]:
    """(node, metric) -> status."""
    return {
        (node, line["metric"]): line["status"]
        for line in run.results
        for node in line["nodes"]
        if line["check"] == check
    }


def test_healthy_nodes_are_measured_judged_and_certified_with_the_sites_own_check(
    site: Site,
) -> None:
    with own_check(site):
        done, run = accept(site)
    measured = found(run, "node.stream") | found(run, "node.scratch")
    assert {key: measured[key] for key in measured if key[1] in METRICS} == {
        (node, metric): "pass" for node in NODES for metric in METRICS
    }
    values = [line for line in run.results if line["metric"] in METRICS]
    assert all(line["value"] > 0 and line["expected"] and line["source"] for line in values)
    for check in ("site.scratch", "site.marked"):
        assert found(run, check) == {(node, ""): "pass" for node in NODES}
    assert found(run, "site.shells") == {(node, "shells"): "pass" for node in NODES}
    assert done.code == 0
    assert run.certificate["verdict"] == "certified"
    # What was measured here is proposed as a baseline, and said to be learnt.
    (proposed,) = (run.folder / "learnt").iterdir()
    learnt = {entry["metric"]: entry for entry in yaml.safe_load(proposed.read_text())}
    assert set(learnt) >= METRICS
    for metric in METRICS:
        slowest = min(line["value"] for line in values if line["metric"] == metric)
        assert 0 < learnt[metric]["floor"] <= slowest
        assert learnt[metric]["source"].startswith(f"learnt from run {run.folder.name}")


def test_a_missing_tool_a_full_disk_and_a_bad_mark_are_told_apart(site: Site) -> None:
    """A learnt baseline is said to be one wherever it judges; such a run teaches nothing."""
    bound = dict(BOUND, metric="nvme_read_bw", unit="MB/s", floor=21, source="learnt from run X")
    site.sh("n002", "chmod 644 /usr/bin/likwid-bench")
    site.sh("n003", "mount -t tmpfs -o size=8m full /srv")
    site.sh("n004", "touch /etc/bad-node")
    learnt = site.root / "baselines" / "learnt.yaml"
    try:
        with own_check(site), site.edited("accept", scratch="/srv"):
            learnt.write_text(yaml.safe_dump([bound]))
            done, run = accept(site)
    finally:
        learnt.unlink(missing_ok=True)
        site.sh("n002", "chmod 755 /usr/bin/likwid-bench")
        site.sh("n003", "umount /srv")
        site.sh("n004", "rm -f /etc/bad-node")
    assert done.code == 1
    assert "Nothing is learnt" in done.err
    assert not (run.folder / "learnt").exists()
    stream, scratch = found(run, "node.stream"), found(run, "node.scratch")
    assert stream["n002", ""] == "unknown"
    assert scratch["n003", ""] == "unknown"
    assert stream["n001", "cpu_stream_triad"] == "pass"
    assert scratch["n002", "nvme_read_bw"] == "pass"
    assert found(run, "site.marked")["n004", ""] == "fail"
    told = {line["nodes"][0]: line for line in run.results if line["status"] == "unknown"}
    assert "not installed" in told["n002"]["evidence"]
    assert "likwid" in told["n002"]["remedy"]
    assert "MiB free" in told["n003"]["evidence"]
    assert run.verdicts == dict(
        zip(NODES, ("certified", "unknown", "unknown", "failed"), strict=True)
    )
    assert run.certificate["learnt"] == ["nvme_read_bw: learnt from run X"]
