"""A deploy that is killed at any moment: the next one ends certified, and nothing runs on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest

from podsys import lab
from podsys.effects.journal import read_journal
from podsys.lab import faults
from tests.lab.practice import (
    DEPLOY_LIMIT_S,
    Site,
    end_group,
    find_processes,
    measures_nodes,
    wait_until,
)

pytestmark = measures_nodes
ROUNDS = 10
# A deploy of this drift, with its measuring, on two quiet cores; later moments hit its end.
LONGEST_S = 18.0
NODES = ("n001", "n002", "n003", "n004")
DRIFTED = ("n001", "n003")
# What a killed run may have left at work on a node.
TOOLS = "pgrep -la 'iperf3|mpirun|orted|ansible|apt-get|dpkg'; true"


def drift(site: Site) -> None:
    """Something to do for two roles: live and saved settings, a package, a file."""
    for node in DRIFTED:
        site.sh(
            node,
            "sysctl -qw vm.swappiness=60; echo vm.swappiness = 60 > /etc/sysctl.d/zz-podsys.conf;"
            "dpkg --purge --force-depends ethtool >/dev/null 2>&1;"
            "sed -i 's/ n002$/ n02/' /etc/hosts",
        )


def kill(process: subprocess.Popen[str]) -> None:
    """Only podsys itself, as the kernel would for want of memory: what it started lives on."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_deploy_is_continued(site: Site, number: int) -> None:
    # Seeded, and one moment in each tenth of a deploy: random, but spread over all of it.
    delay = (number + random.Random(number).random()) * LONGEST_S / ROUNDS
    drift(site)
    with site.edited("accept", seconds_per_pair=1):
        process = site.start("deploy", "-C", str(site.root), "--yes", quiet=True)
        try:
            time.sleep(delay)
            kill(process)
            killed = site.newest.folder.name if "finished" not in site.newest.events else None
            with site.edited("accept", level=1):
                done = site.deploy("--yes")
            wait_until(lambda: not find_processes(site), 30)
        finally:
            end_group(process)
    assert done.code == 0, done.out + done.err
    assert "Traceback" not in done.err
    assert site.newest.verdicts == dict.fromkeys(NODES, "certified")
    assert site.newest.journal[0]["continues"] == killed


def test_a_deploy_killed_while_nodes_reboot_is_continued(site: Site) -> None:
    """The kernel of one node lacks an argument that its boot loader has: a reboot brings it."""
    before = site.sh("n003", "cat /proc/sys/kernel/random/boot_id")
    site.sh("n003", "sed 's/ skew_tick=1//' /proc/cmdline > /tmp/c; cat /tmp/c > /proc/cmdline")
    with site.edited("accept", level=1):
        process = site.start("deploy", "-C", str(site.root), "--yes", quiet=True)
        try:
            wait_until(lambda: not is_up(site, "n003"))
            kill(process)
            with site.fault(faults.kill_node, "n003", on=("n003",)):  # its boot takes long
                going = site.start("deploy", "-C", str(site.root), "--yes")
                said = read_until(going, "waiting for n003")
            out, err = going.communicate(timeout=DEPLOY_LIMIT_S)
            wait_until(lambda: not find_processes(site), 30)
        finally:
            end_group(process)
    assert going.returncode == 0, said + err + out
    assert site.newest.verdicts == dict.fromkeys(NODES, "certified")
    assert "skew_tick=1" in site.sh("n003", "cat /proc/cmdline")
    assert site.sh("n003", "cat /proc/sys/kernel/random/boot_id") != before


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What it says on its way to these words; all of it when they never come."""
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if words in line:
            return said
    end_group(process)
    raise AssertionError(f"ended without {words!r}: {said}")


def is_up(site: Site, node: str) -> bool:
    return {n.name: n.state for n in lab.status(site.lab).nodes}[node] == "running"


def test_after_all_kills_nothing_is_left_and_all_is_certified(site: Site) -> None:
    for node in NODES:
        assert site.sh(node, TOOLS) == ""
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert "Nothing to do" in done.out
    assert site.newest.certificate["level"] == 4


def test_ctrl_c_ends_in_order_and_is_continued(site: Site) -> None:
    drift(site)
    known = set((site.root / "runs").glob("2*"))
    process = site.start("deploy", "-C", str(site.root), "--yes")
    try:
        wait_until(lambda: bool(set((site.root / "runs").glob("2*")) - known))
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=180)
    finally:
        end_group(process)
    assert process.returncode in (1, 3), out + err
    assert "Traceback" not in err
    assert site.newest.certificate["verdict"] != "certified"
    assert (site.newest.folder / "report.html").is_file()
    assert read_journal(site.newest.folder)[-1]["event"] == "finished"
    with site.edited("accept", level=1):
        done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err


def test_two_deploys_at_once_are_refused(site: Site) -> None:
    lock = site.root / ".podsys" / "run.lock"
    with site.edited("accept", level=1):
        process = site.start("deploy", "-C", str(site.root), "--yes")
        try:
            wait_until(lambda: lock.read_text() == str(process.pid))
            os.kill(process.pid, signal.SIGSTOP)
            second = site.deploy("--yes")
            os.kill(process.pid, signal.SIGCONT)
            process.communicate(timeout=180)
        finally:
            end_group(process)
    assert second.code == 1
    assert str(process.pid) in second.err
    assert process.returncode == 0
