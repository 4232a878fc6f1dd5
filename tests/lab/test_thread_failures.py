"""A node that cannot be changed fails alone; too many stop the rollout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.practice import Site, measures_nodes

pytestmark = measures_nodes
DROPIN = "/etc/sysctl.d/zz-podsys.conf"


@contextmanager
def unwritable(site: Site, node: str) -> Iterator[None]:
    """What must be changed lies on a filesystem that has become read-only."""
    site.sh(
        node,
        f"echo vm.swappiness = 60 > {DROPIN} && mount --bind /etc/sysctl.d /etc/sysctl.d"
        " && mount -o remount,bind,ro /etc/sysctl.d",
    )
    try:
        yield
    finally:
        site.sh(node, "umount /etc/sysctl.d")


def test_one_failing_node_fails_alone(site: Site) -> None:
    with site.edited("accept", level=1), unwritable(site, "n002"):
        for node in ("n001", "n002", "n003"):
            site.sh(node, "sysctl -qw vm.swappiness=60")
        done = site.deploy("--yes")
        run = site.newest
    assert done.code == 1, done.out + done.err
    assert "Traceback" not in done.err
    assert run.verdicts["n002"] == "failed"
    assert run.verdicts["n001"] == run.verdicts["n003"] == run.verdicts["n004"] == "certified"
    (failure,) = [f for f in run.results if f["check"] == "apply.node"]
    assert failure["nodes"] == ["n002"]
    assert "settings" in failure["evidence"].lower()
    assert site.sh("n001", "sysctl -n vm.swappiness").strip() != "60"


def test_more_failures_than_the_budget_stop_the_rollout(site: Site) -> None:
    with (
        site.edited("accept", level=1),
        site.edited("rollout", failure_budget=0),
        unwritable(site, "n001"),
    ):
        for node in ("n001", "n002"):
            site.sh(node, "sysctl -qw vm.swappiness=60")
        done = site.deploy("--yes")
        run = site.newest
        untouched = site.sh("n002", "sysctl -n vm.swappiness").strip()
    assert done.code == 1, done.out + done.err
    assert untouched == "60"
    assert [e["reason"] for e in run.journal if e["event"] == "stopped"]
    assert [f["evidence"] for f in run.results if f["check"] == "apply.rollout"] == [
        "failure budget of 0 exceeded by n001"
    ]
    assert run.certificate["verdict"] == "failed"


def test_the_next_deploy_mends_both(site: Site) -> None:
    with site.edited("accept", level=1):
        done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert set(site.newest.verdicts.values()) == {"certified"}
