"""The real driver's modules, built once and installed as a package where nothing can build."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from podsys import lab
from tests.lab.practice import Site, needs_nodes
from tests.lab.releases_site import lock, planned, put_release

pytestmark = [*needs_nodes, pytest.mark.slow, pytest.mark.timeout(3600)]
NAME = f"t-built-{os.getpid()}"
NODES = ("n001", "n002", "n003", "n004")
PARTS = ("headers", "driver", "kernel_modules", "gsp_firmware", "modprobe")
VERSION = "535.309.01"
LIMIT_S = 3000
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
MODULES = {f"nvidia-current{part}.ko" for part in ("", "-drm", "-modeset", "-peermem", "-uvm")}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Emulated GPUs with an older driver loaded; a release with the modules of a newer one."""
    found = Site(tmp_path_factory.mktemp("built") / "site", NAME)
    try:
        lab.up(len(NODES), NAME, platforms=["h100-pcie"])
        assert found.podsys("init", str(found.root), "--lab").code == 0
        lock(found, put_release(found.root, "modules", PARTS))
        yield found
    finally:
        lab.down(NAME)


def test_one_builds_the_others_install_and_all_boot_it(site: Site) -> None:
    plan = site.plan()
    (build,) = plan["builds"]
    assert (build["node"], build["nodes"]) == ("n001", list(NODES))
    name, _, version = build["package"].partition("=")
    kernel = name.removeprefix("nvidia-kernel-")
    before = {node: site.sh(node, BOOT_ID) for node in NODES}

    done = site.podsys("deploy", "-C", str(site.root), "--yes", limit=LIMIT_S)
    assert done.code == 0, done.out + done.err
    file = site.root / "packages" / build["file"]
    assert file.is_file()
    assert file.with_name(f"{file.name}.sha256").is_file()
    builds = [event for event in site.newest.journal if event["event"] == "build"]
    assert [event["node"] for event in builds] == ["n001"]
    for node in NODES:
        assert site.sh(node, f"dpkg-query -W -f '${{Version}}' {name}") == version
        there = site.sh(node, f"ls /lib/modules/{kernel}/updates/podsys").split()
        assert set(there) == MODULES
        found = site.sh(node, f"modinfo -k {kernel} -F version nvidia-current").strip()
        assert found == VERSION
        assert site.sh(node, "cat /sys/module/nvidia/version").strip() == VERSION
        assert site.sh(node, BOOT_ID) != before[node]
    for node in NODES[1:]:
        tools = site.sh(
            node, "command -v gcc cc make dkms || true; ls /usr/src | grep linux || true"
        )
        assert tools == ""
    assert site.plan()["empty"]
    assert by_hand(site) == dict.fromkeys(NODES, (0, 0, 0))


def by_hand(site: Site) -> dict[str, tuple[int, ...]]:
    """changed, unreachable and failed tasks of the same, played by plain Ansible."""
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "playbooks/nvidia_driver.yaml"],
        cwd=site.root / "rendered",
        env=os.environ | {"ANSIBLE_NOCOLOR": "1"},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    recap = re.findall(r"^(n\d+) +: (.*)$", done.stdout, re.MULTILINE)
    counts = {node: dict(re.findall(r"(\w+)=(\d+)", line)) for node, line in recap}
    keys = ("changed", "unreachable", "failed")
    return {node: tuple(int(found[key]) for key in keys) for node, found in counts.items()}


def test_what_the_workspace_has_is_not_built_again(site: Site) -> None:
    name = site.sh("n003", "dpkg-query -W -f '${Package}\\n' 'nvidia-kernel-6*'").strip()
    site.sh("n003", f"dpkg --purge --force-depends {name} 2>&1; rm -r /var/lib/podsys/packages")
    plan = site.plan()
    assert [(one["node"], one["nodes"]) for one in plan["builds"]] == [("", ["n003"])]
    assert planned(plan)[f"nvidia_driver.package.{name}"] == ["n003"]
    done = site.deploy("--yes")
    assert done.code == 0, done.out + done.err
    assert not [event for event in site.newest.journal if event["event"] == "build"]


def test_a_build_that_fails_names_its_log_and_changes_nothing(site: Site) -> None:
    for file in (site.root / "packages").iterdir():
        file.unlink()
    name = site.sh("n002", "dpkg-query -W -f '${Package}\\n' 'nvidia-kernel-6*'").strip()
    site.sh("n001", f"dpkg --purge --force-depends {name} 2>&1")
    site.sh("n002", f"dpkg --purge --force-depends {name} 2>&1; sysctl -qw vm.swappiness=60")
    broken = "printf '#!/bin/sh\\necho \"Error! no compiler\"; exit 9\\n' > /usr/sbin/dkms"
    site.sh("n001", f"cp /usr/sbin/dkms /root/dkms && {broken}")
    try:
        done = site.deploy("--yes")
    finally:
        site.sh("n001", "cp /root/dkms /usr/sbin/dkms")
    assert done.code == 1, done.out + done.err
    said = " ".join(done.err.split())
    assert f"nvidia-current {VERSION} cannot be built for" in said
    assert "no compiler" in said
    assert f"/var/log/podsys/{name}.log on n001" in said
    assert site.sh("n002", "sysctl -n vm.swappiness").strip() == "60"
    assert [e["reason"] for e in site.newest.journal if e["event"] == "stopped"]
