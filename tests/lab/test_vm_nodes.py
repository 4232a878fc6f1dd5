"""Two virtual machines: another kernel and another command line, rebooted in waves, one hanging."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from podsys import lab
from podsys.lab import faults
from tests.lab.practice import Site, needs_nodes
from tests.lab.test_lab_itself import find_traces

pytestmark = [*needs_nodes, pytest.mark.slow, pytest.mark.timeout(2400)]
NAME = f"t-vm-{os.getpid()}"
# What roles install everywhere: from the start, because without KVM installing takes minutes.
PACKAGES = (
    "chrony curl ethtool fio iperf3 openmpi-bin pciutils prometheus-node-exporter python3-mpi4py"
    " stress-ng"
)
RELEASE = "kernel-6.1.176"
LIMIT_S = 1200


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("vm") / "site"
    try:
        lab.up(2, NAME, packages=PACKAGES.split(), vm=True)
        site = Site(root, NAME)
        done = site.podsys("init", str(root), "--lab", limit=LIMIT_S)
        assert done.code == 0, done.err
        yield site
    finally:
        lab.down(NAME)
        assert find_traces(NAME) == {}


def deploy(site: Site, *words: str):
    return site.podsys("deploy", "-C", str(site.root), *words, limit=LIMIT_S)


def test_kernel_and_arguments_change_with_one_reboot_each_and_who_hangs_is_quarantined(
    site: Site,
) -> None:
    before = {node: site.sh(node, "uname -r; cat /proc/cmdline") for node in ("n001", "n002")}
    assert before["n001"] == before["n002"]
    assert "skew_tick" not in before["n001"]
    with (
        site.edited("release", all=RELEASE),
        site.edited("accept", level=1),
        site.edited("monitoring", server=None),
        site.edited("rollout", reboot_limit_s=240),
    ):
        locked = site.podsys("init", str(site.root), limit=LIMIT_S)
        assert locked.code == 0, locked.err
        faults.break_initramfs("n002", NAME)
        first = deploy(site, "--yes")
        run = site.newest
        assert first.code == 1, first.out + first.err
        assert [e["nodes"] for e in run.journal if e["event"] == "reboot"] == [["n001"], ["n002"]]
        assert run.verdicts == {"n001": "certified", "n002": "failed"}
        found = next(f for f in run.results if f["check"] == "node.quarantine")
        assert "Kernel panic" in found["evidence"]
        now = site.sh("n001", "uname -r; cat /proc/cmdline")
        assert now.split()[0] != before["n001"].split()[0]
        assert "skew_tick=1" in now

        faults.heal("n002", NAME)
        # Its clock catches up in its own time, and is unknown until then.
        site.sh("n002", "chronyc waitsync 60 0.005 0 2")
        done = deploy(site, "--yes")
        assert done.code == 0, done.out + done.err
        assert site.newest.verdicts == {"n001": "certified", "n002": "certified"}
        assert site.sh("n002", "uname -r") == f"{now.split()[0]}\n"
