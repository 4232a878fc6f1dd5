"""A release is taken on, changed and taken back on four nodes; one fails half-way; hands meddle."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from podsys import lab
from tests.lab import practice
from tests.lab.practice import Site, needs_nodes, wait_until
from tests.lab.releases_site import (
    RELEASED,
    REVISION,
    SECURITY,
    ask_for,
    line_of,
    lock,
    planned,
    put_release,
    versions,
)

pytestmark = needs_nodes
NODES = ("n001", "n002", "n003", "n004")
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
ARCHIVES = "/var/cache/apt/archives"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """Four nodes on the security archive's driver, and the lock that says so."""
    name = f"t-rel-{os.getpid()}"
    try:
        site = practice.make_site(tmp_path_factory.mktemp("releases") / "site", name)
        locked = lock(site, SECURITY)
        deploy(site)
        yield site, locked
    finally:
        lab.down(name)


def deploy(site: Site) -> None:
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert set(site.newest.verdicts.values()) == {"certified"}


def reboot(site: Site, node: str) -> None:
    before = site.sh(node, BOOT_ID)
    site.sh(node, "systemctl reboot")
    wait_until(lambda: lab.up(1, site.lab).ready and site.sh(node, BOOT_ID) != before)


def installed(site: Site) -> dict[str, set[str]]:
    return {node: set(versions(site, node).values()) for node in NODES}


def all_on(release: str) -> dict[str, set[str]]:
    return {node: {f"held {REVISION[release]}"} for node in NODES}


def test_one_node_fails_half_way_and_a_later_deploy_mends_it(cluster: tuple[Site, str]) -> None:
    site, _ = cluster
    assert installed(site) == all_on(SECURITY)
    assert len(versions(site, "n001")) == 8
    lock(site, RELEASED)
    small = f"apt-get clean && mount -t tmpfs -o size=300k tmpfs {ARCHIVES}"
    site.sh("n003", f"{small} && mkdir {ARCHIVES}/partial")
    try:
        done = site.deploy("--yes")
    finally:
        site.sh("n003", f"umount {ARCHIVES}")
    run = site.newest
    assert done.code == 1, done.out + done.err
    assert run.verdicts == dict.fromkeys(NODES, "certified") | {"n003": "failed"}
    (failure,) = [f for f in run.results if f["check"] == "apply.node"]
    assert failure["nodes"] == ["n003"]
    assert "space" in failure["evidence"]
    (noted,) = [e for e in run.journal if e["event"] == "node" and e.get("failed")]
    assert noted["node"] == "n003"
    # What it could not take on, it did not half take on.
    assert installed(site) == all_on(RELEASED) | {"n003": all_on(SECURITY)["n003"]}
    deploy(site)
    assert installed(site) == all_on(RELEASED)


def test_packages_moved_by_hand_are_named_and_put_back(cluster: tuple[Site, str]) -> None:
    site, _ = cluster
    moved = sorted(versions(site, "n002"))
    pins = " ".join(f"{name}={REVISION[SECURITY]}" for name in moved)
    site.sh("n002", f"apt-mark unhold {' '.join(moved)} && apt-get -qy install {pins}")
    wanted = {f"nvidia_driver.package.{name}": ["n002"] for name in moved}
    wanted |= {f"nvidia_driver.package_hold.{name}": ["n002"] for name in moved}
    assert planned(site.plan()) == wanted
    deploy(site)
    assert installed(site) == all_on(RELEASED)


def test_back_by_the_old_lock_alone(cluster: tuple[Site, str]) -> None:
    site, before = cluster
    ask_for(site, SECURITY)
    file = site.root / "podsys.lock"
    file.write_text(before)
    done = site.podsys("init", str(site.root))
    assert done.code == 0, done.err
    assert file.read_text() == before
    deploy(site)
    assert installed(site) == all_on(SECURITY)


def test_a_lock_edited_into_an_impossible_set_is_refused(cluster: tuple[Site, str]) -> None:
    site, _ = cluster
    file = site.root / "podsys.lock"
    text = file.read_text()
    runs = len(list((site.root / "runs").iterdir()))
    line = line_of(text, "name: nvidia-smi,")
    edited = text.splitlines()
    edited[line - 1] = edited[line - 1].replace(REVISION[SECURITY], REVISION[RELEASED])
    try:
        file.write_text("\n".join(edited) + "\n")
        done = site.deploy("--yes")
        again = site.podsys("init", str(site.root))
    finally:
        file.write_text(text)
    assert (done.code, again.code) == (2, 2)
    for said in (done.err, again.err):
        assert "nvidia-smi is 535.261.03-1, driver is 535.309.01" in said.replace("\n", " ")
        assert "podsys.lock:" in said
        assert "a release moves as one set" in said.replace("\n", " ")
    assert len(list((site.root / "runs").iterdir())) == runs


def test_a_driver_newer_than_the_module_in_the_kernel_waits_for_a_reboot(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    name = f"t-drv-{os.getpid()}"
    site = Site(tmp_path_factory.mktemp("driver") / "site", name)
    try:
        lab.up(1, name, platforms=["h100-pcie"])
        assert site.podsys("init", str(site.root), "--lab").code == 0
        lock(site, put_release(site.root, "nvidia-535.309-libraries", ("driver",)))
        # The only setting that would reboot the node by itself, and so hide what is looked for.
        with site.edited("settings", disable=["kernel_argument.skew_tick"]):
            done = site.deploy("--yes")
            assert done.code == 1, done.out + done.err
            failed = {f["check"]: f for f in site.newest.results if f["status"] == "fail"}
            first = failed["gpu-driver-mismatch"]
            assert first["evidence"] == "the kernel runs 535.261.03, the library is 535.309.01"
            assert first["repairs"] == "reboot"
            assert failed["driver-differs"]["folded_under"] == "gpu-driver-mismatch"
            assert site.newest.verdicts == {"n001": "failed"}
            reboot(site, "n001")
            deploy(site)
    finally:
        lab.down(name)
