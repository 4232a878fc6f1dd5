"""Reboots in waves: canary first, each wave looked at, and quarantine for who comes back wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.lab.practice import Outcome, Run, Site, needs_nodes

pytestmark = needs_nodes
LIMIT_S = 12
UNIT = "/etc/systemd/system/test-boot.service"
WANTS = "/etc/systemd/system/multi-user.target.wants/test-boot.service"
HANGS = """[Unit]
Before=ssh.service
[Service]
Type=oneshot
StandardOutput=journal+console
ExecStart=/bin/sh -c 'while sleep 1; do echo waiting for a disk that is not there; done'
"""
FAILS = "[Service]\nType=oneshot\nExecStart=/bin/false\n"


def lose_argument(site: Site, *nodes: str) -> None:
    """What runs lacks an argument that is saved: only a reboot brings it back."""
    for node in nodes:
        site.sh(node, "sed 's/ skew_tick=1//' /proc/cmdline > /tmp/c; cat /tmp/c > /proc/cmdline")


@contextmanager
def bad_boot(site: Site, node: str, unit: str) -> Iterator[None]:
    """The next boots of the node meet this unit; afterwards it is gone, and the node runs."""
    site.sh(node, f"cat > {UNIT} <<'END'\n{unit}END\nln -s {UNIT} {WANTS}")
    try:
        yield
    finally:
        mend = f"rm -f {UNIT} {WANTS}; systemctl daemon-reload; systemctl stop test-boot.service"
        site.sh(node, f"{mend}; systemctl reset-failed; true")


def deploy(site: Site) -> Outcome:
    with site.edited("accept", level=1), site.edited("rollout", reboot_limit_s=LIMIT_S):
        return site.deploy("--yes")


def waves(run: Run) -> list[list[str]]:
    return [event["nodes"] for event in run.journal if event["event"] == "reboot"]


def quarantined(run: Run) -> dict[str, dict[str, Any]]:
    return {f["nodes"][0]: f for f in run.results if f["check"] == "node.quarantine"}


@pytest.fixture
def boots(site: Site) -> dict[str, str]:
    return {node: boot_id(site, node) for node in ("n001", "n002", "n003", "n004")}


def boot_id(site: Site, node: str) -> str:
    return site.sh(node, "cat /proc/sys/kernel/random/boot_id")


def test_who_hangs_in_boot_is_quarantined_and_the_others_go_on(
    site: Site, boots: dict[str, str]
) -> None:
    lose_argument(site, "n002", "n003", "n004")
    with bad_boot(site, "n003", HANGS):
        first = deploy(site)
        run = site.newest
        again = deploy(site)
        told = quarantined(site.newest)
        hosts = site.root / "hosts"
        refused = site.podsys("preflight", "-C", str(site.root), "--hostfile", str(hosts))
    assert first.code == 1, first.out + first.err
    assert waves(run) == [["n002"], ["n003"], ["n004"]]
    assert run.verdicts == {
        "n001": "certified",
        "n002": "certified",
        "n003": "failed",
        "n004": "certified",
    }
    found = quarantined(run)["n003"]
    assert f"did not answer again within {LIMIT_S} s" in found["evidence"]
    assert "waiting for a disk that is not there" in found["evidence"]
    assert boots["n001"] == boot_id(site, "n001")
    assert all(boots[node] != boot_id(site, node) for node in ("n002", "n004"))
    assert again.code == 1
    assert told == {"n003": found}
    assert refused.code == 1
    assert "n003" not in hosts.read_text()

    done = deploy(site)
    assert done.code == 0, done.out + done.err
    assert "n003 is as it must be, and out of quarantine" in done.err
    assert "released" in site.newest.events
    assert not quarantined(site.newest)


def test_too_many_that_come_back_wrong_stop_the_waves(site: Site, boots: dict[str, str]) -> None:
    lose_argument(site, "n001", "n002", "n003")
    with bad_boot(site, "n001", FAILS), bad_boot(site, "n002", FAILS):
        done = deploy(site)
        run = site.newest
    assert done.code == 1, done.out + done.err
    assert waves(run) == [["n001"], ["n002"]]
    assert "failure budget of 1 exceeded by n[001-002]" in done.out
    for node in ("n001", "n002"):
        assert "failed since: test-boot.service" in quarantined(run)[node]["evidence"]
    assert boots["n003"] == boot_id(site, "n003")

    last = deploy(site)
    assert last.code == 0, last.out + last.err
    assert waves(site.newest) == [["n003"]]
