"""A release is taken on, changed and taken back on four nodes; one fails half-way; hands meddle."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from podsys import lab
from tests.lab.practice import Outcome, Site, needs_nodes, wait_until
from tests.lab.releases_site import (
    RELEASED,
    REVISION,
    SECURITY,
    all_held,
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
def cluster(fresh: tuple[Site, Outcome]) -> Iterator[Site]:
    """The deployed cluster on the security archive's driver; afterwards asked for none again."""
    site, first = fresh
    assert first.code == 0, first.err
    files = [site.root / name for name in ("cluster.yaml", "podsys.lock")]
    before = [file.read_bytes() for file in files]
    try:
        lock(site, SECURITY)
        done = site.deploy("--yes")
        assert done.code == 0, done.out + done.err
        yield site
    finally:
        for file, content in zip(files, before, strict=True):
            file.write_bytes(content)


def reboot(site: Site, node: str) -> None:
    before = site.sh(node, BOOT_ID)
    site.sh(node, "systemctl reboot")
    wait_until(lambda: lab.up(1, site.lab).ready and site.sh(node, BOOT_ID) != before)


def installed(site: Site) -> dict[str, set[str]]:
    return {node: set(versions(site, node).values()) for node in NODES}


def test_forth_with_one_node_whose_disk_is_full_then_mended_and_back(cluster: Site) -> None:
    before = (cluster.root / "podsys.lock").read_text()
    assert installed(cluster) == dict.fromkeys(NODES, all_held(REVISION[SECURITY]))
    assert len(versions(cluster, "n001")) == 8

    lock(cluster, RELEASED)
    small = f"apt-get clean; mount -t tmpfs -o size=300k tmpfs {ARCHIVES}"
    cluster.sh("n003", f"{small}; mkdir -p {ARCHIVES}/partial")
    try:
        done = cluster.deploy("--yes")
    finally:
        cluster.sh("n003", f"umount {ARCHIVES}")
    run = cluster.newest
    assert done.code == 1, done.out + done.err
    assert run.verdicts == dict.fromkeys(NODES, "certified") | {"n003": "failed"}
    (failure,) = [f for f in run.results if f["check"] == "apply.node"]
    assert failure["nodes"] == ["n003"]
    assert "space" in failure["evidence"]
    (noted,) = [e for e in run.journal if e["event"] == "node" and e.get("failed")]
    assert noted["node"] == "n003"
    # What it could not take on, it did not half take on.
    assert installed(cluster) == dict.fromkeys(NODES, all_held(REVISION[RELEASED])) | {
        "n003": all_held(REVISION[SECURITY])
    }

    done = cluster.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert installed(cluster) == dict.fromkeys(NODES, all_held(REVISION[RELEASED]))

    ask_for(cluster, SECURITY)
    (cluster.root / "podsys.lock").write_text(before)
    done = cluster.podsys("init", str(cluster.root))
    assert done.code == 0, done.err
    assert (cluster.root / "podsys.lock").read_text() == before
    done = cluster.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert installed(cluster) == dict.fromkeys(NODES, all_held(REVISION[SECURITY]))


def test_packages_moved_by_hand_are_named_and_put_back(cluster: Site) -> None:
    moved = ("nvidia-smi", "libnvidia-ml1", "nvidia-alternative", "nvidia-legacy-check")
    pins = " ".join(f"{name}={REVISION[RELEASED]}" for name in moved)
    words = "-qy --allow-downgrades --allow-change-held-packages"
    cluster.sh("n002", f"apt-get {words} install {pins}; apt-mark unhold libcuda1")
    plan = cluster.plan()
    wanted = {f"nvidia_driver.package.{name}": ["n002"] for name in moved}
    assert planned(plan) == wanted | {"nvidia_driver.package_hold.libcuda1": ["n002"]}
    done = cluster.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert installed(cluster)["n002"] == all_held(REVISION[SECURITY])


def test_a_lock_edited_into_an_impossible_set_is_refused(cluster: Site) -> None:
    file = cluster.root / "podsys.lock"
    text = file.read_text()
    runs = len(list((cluster.root / "runs").iterdir()))
    line = line_of(text, "name: nvidia-smi,")
    edited = text.splitlines()
    edited[line - 1] = edited[line - 1].replace(REVISION[SECURITY], REVISION[RELEASED])
    try:
        file.write_text("\n".join(edited) + "\n")
        done = cluster.deploy("--yes")
        again = cluster.podsys("init", str(cluster.root))
    finally:
        file.write_text(text)
    assert (done.code, again.code) == (2, 2)
    for said in (done.err, again.err):
        assert "nvidia-smi is 535.261.03-1, driver is 535.309.01" in said.replace("\n", " ")
        assert "podsys.lock:" in said
        assert "a release moves as one set" in said.replace("\n", " ")
    assert len(list((cluster.root / "runs").iterdir())) == runs


def test_a_driver_newer_than_the_module_in_the_kernel_waits_for_a_reboot(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    name = f"t-drv-{os.getpid()}"
    site = Site(tmp_path_factory.mktemp("driver") / "site", name)
    try:
        lab.up(1, name, platforms=["h100-pcie"])
        assert site.podsys("init", str(site.root), "--lab").code == 0
        lock(site, put_release(site.root, "nvidia-535.309-libraries", ("driver",)))
        done = site.deploy("--yes")
        assert done.code == 1, done.out + done.err
        failed = {f["check"]: f for f in site.newest.results if f["status"] == "fail"}
        assert failed["gpu-driver-mismatch"]["evidence"] == (
            "the kernel runs 535.261.03, the library is 535.309.01"
        )
        assert failed["gpu-driver-mismatch"]["repairs"] == "reboot"
        assert failed["driver-differs"]["folded_under"] == "gpu-driver-mismatch"
        assert site.newest.verdicts == {"n001": "failed"}
        reboot(site, "n001")
        done = site.deploy("--yes")
        assert done.code == 0, done.out + done.err
    finally:
        lab.down(name)
