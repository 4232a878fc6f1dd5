"""Every kind drifts once, by hand: the plan names it at its node, and a deploy undoes only that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import zip_longest
from pathlib import Path

import pytest
import yaml

from podsys import lab
from podsys.errors import PodsysError
from podsys.lab import faults
from tests.lab import practice
from tests.lab.practice import Site, needs_nodes
from tests.lab.snapshot import Snapshot, find_restarted, find_touched, take

pytestmark = needs_nodes
NAME = f"t-drift-{os.getpid()}"
ONE, TWO = "n001", "n002"
NODES = (ONE, TWO)
# What every node has before podsys comes: two versions of a package in a repository of the
# site, a package of its own, and a unit by a name that the catalog knows.
PREPARE = r"""
set -e
mkdir -p /srv/repo /etc/systemd/system && cd /srv/repo
make() {
    mkdir -p $1/DEBIAN $1/opt/$1 && echo $2 > $1/opt/$1/version
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: site\nDescription: x\n' \
        $1 $2 > $1/DEBIAN/control
    dpkg-deb --build $1 $1_$2.deb >/dev/null && rm -r $1
}
make tiny 1.1; make tiny 1.10; make odd 1
for deb in tiny_*.deb; do
    dpkg-deb --field $deb
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' $deb $(stat -c %s $deb) \
        $(sha256sum $deb | cut -d' ' -f1)
done > Packages
echo 'deb [trusted=yes] file:/srv/repo ./' > /etc/apt/sources.list.d/site.list
apt-get -qq update -o Dir::Etc::sourcelist=sources.list.d/site.list \
    -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
dpkg --install odd_1.deb >/dev/null
printf '[Service]\nExecStart=/bin/sleep infinity\n' > /etc/systemd/system/munge.service
"""
WANTED = {
    "accept": {"level": 1},
    "rollout": {"canary": 0},
    "packages": {"hold": ["tiny=1.1"]},
    "settings": {"adopt": ["module.floppy", "mount.dev_shm"]},
    "mounts": {
        "/srv/fast": {"source": "tmpfs", "fs": "tmpfs", "options": ["size=8m", "noexec"]},
        "/srv/shared": {"source": "/opt", "fs": "none", "options": ["bind", "nofail"]},
    },
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    try:
        made = practice.make_site(tmp_path_factory.mktemp("site") / "drift", NAME, 2)
        for node in NODES:
            made.sh(node, PREPARE)
        edit(made.root / "cluster.yaml")
        done = made.deploy("--yes")
        assert done.code == 0, done.out + done.err
        yield made
    finally:
        lab.down(NAME)


def edit(file: Path) -> None:
    content = yaml.safe_load(file.read_text())
    for part, values in WANTED.items():
        content.setdefault(part, {}).update(values)
    file.write_text(yaml.safe_dump(content, sort_keys=False))


@dataclass(frozen=True, slots=True)
class Drift:
    """What is done to a node, which items it shows at, and what mending may write or restart."""

    what: str
    node: str
    script: str
    planned: tuple[str, ...]
    written: tuple[str, ...] = ()
    restarted: tuple[str, ...] = ()


def hand_edit(kind: str, node: str, file: str, line: str, *also: str) -> Drift:
    script = f"echo '{line}' >> {file}"
    return Drift(f"hand edit of {kind}", node, script, (f"dropin.{kind}",), (file, *also))


EXPORTER, CHRONY = "prometheus-node-exporter.service", "chrony.service"
DROPINS = "/etc/systemd/system"
DRIFTS = [
    Drift("sysctl live", ONE, "sysctl -qw vm.swappiness=60", ("sysctl.vm.swappiness",)),
    Drift(
        "sysctl persistent", TWO,
        "sed -i 's/^vm.dirty_ratio = .*/vm.dirty_ratio = 20/' /etc/sysctl.d/zz-podsys.conf",
        ("sysctl.vm.dirty_ratio", "dropin.sysctl"), ("/etc/sysctl.d/zz-podsys.conf",),
    ),
    Drift("sysfs live", ONE, "echo 1 > /sys/kernel/mm/ksm/run", ("huge_pages.ksm",)),
    Drift(
        "kernel argument", ONE, "sed -i 's/ skew_tick=1//' /boot/grub/grub.cfg",
        ("kernel_argument.skew_tick",),
        ("/boot/grub/grub.cfg", "/etc/default/grub.d/zz-podsys.cfg"),
    ),
    Drift(
        "config option", TWO,
        "sed -i 's/^MaxUse=.*/MaxUse=1G/' /etc/systemd/coredump.conf.d/zz-podsys.conf",
        ("coredump.max_use", "dropin.config_option"),
        ("/etc/systemd/coredump.conf.d/zz-podsys.conf",),
    ),
    Drift(
        "unit option", ONE,
        f"sed -i 's/-1000/0/' {DROPINS}/munge.service.d/zz-podsys.conf; systemctl daemon-reload",
        ("oom.munge", "dropin.unit_option"), (f"{DROPINS}/munge.service.d/zz-podsys.conf",),
    ),
    Drift(
        "apt option", TWO,
        "sed -i '/Unattended-Upgrade/s/0/1/' /etc/apt/apt.conf.d/zz-podsys",
        ("apt.periodic.unattended_upgrade", "dropin.apt_option"),
        ("/etc/apt/apt.conf.d/zz-podsys",),
    ),
    Drift(
        "nsswitch", ONE, "sed -i 's/^hosts:.*/hosts: dns files/' /etc/nsswitch.conf",
        ("nsswitch.hosts",), ("/etc/nsswitch.conf",),
    ),
    Drift(
        "timezone", TWO, "ln -sf /usr/share/zoneinfo/Asia/Tokyo /etc/localtime",
        ("time.zone",), ("/etc/localtime", "/etc/timezone"),
    ),
    Drift(
        "a file's content", TWO, "echo '# x' >> /etc/chrony/chrony.conf",
        ("time_client.file./etc/chrony/chrony.conf", f"time_client.service_config.{CHRONY}"),
        ("/etc/chrony/chrony.conf",), (CHRONY,),
    ),
    Drift(
        "a file's mode", ONE, f"chmod 600 {DROPINS}/{EXPORTER}.d/podsys.conf",
        (
            f"node_exporter.file.{DROPINS}/{EXPORTER}.d/podsys.conf",
            f"node_exporter.service_config.{EXPORTER}",
        ),
        (f"{DROPINS}/{EXPORTER}.d/podsys.conf",), (EXPORTER,),
    ),
    Drift(
        "a file's owner", ONE, "chown daemon /etc/prometheus/podsys_rules.yml",
        (
            "prometheus.file./etc/prometheus/podsys_rules.yml",
            "prometheus.service_config.prometheus.service",
        ),
        ("/etc/prometheus/podsys_rules.yml",), ("prometheus.service",),
    ),
    Drift(
        "a block of a file", TWO, "sed -i 's/ n001$/ n01/' /etc/hosts",
        ("base.file_block./etc/hosts",), ("/etc/hosts",),
    ),
    Drift(
        "a package removed", ONE, "dpkg --purge --force-depends curl 2>&1",
        ("base.package.curl",), ("/etc/ld.so.cache",),
    ),
    Drift(
        "a package's version", TWO,
        "apt-get -qq install --allow-change-held-packages tiny=1.10 && apt-mark -qq hold tiny",
        ("base.package.tiny",), ("/opt/tiny", "/opt/tiny/version", "/opt"),
    ),
    Drift("a package's hold", ONE, "apt-mark -qq unhold tiny", ("base.package_hold.tiny",)),
    Drift(
        "a package database left half done", TWO, "dpkg --unpack /srv/repo/odd_1.deb 2>&1",
        ("base.package_database.packages",), ("/opt/odd", "/opt/odd/version", "/opt"),
    ),
    Drift(
        "a service stopped", TWO, f"systemctl stop {EXPORTER}",
        (f"node_exporter.service.{EXPORTER}", f"node_exporter.service_config.{EXPORTER}"),
        (), (EXPORTER,),
    ),
    Drift(
        "a service disabled", ONE, f"systemctl disable {CHRONY} 2>&1",
        (f"time_server.service.{CHRONY}",),
        (
            f"{DROPINS}/multi-user.target.wants/{CHRONY}",
            f"{DROPINS}/chronyd.service",
            "/etc/rc?.d*",
        ),
    ),
    Drift(
        "a service older than its file", ONE, "touch /etc/prometheus/alertmanager.yml",
        ("prometheus.service_config.prometheus-alertmanager.service",),
        ("/etc/prometheus/alertmanager.yml",), ("prometheus-alertmanager.service",),
    ),
    Drift("a module unloaded", TWO, "modprobe -r overlay", ("module_loaded.overlay",)),
    Drift("a mount gone", ONE, "umount /srv/fast", ("mount./srv/fast",)),
    Drift(
        "a mount's options, live", TWO, "mount -o remount,ro,exec /srv/fast", ("mount./srv/fast",)
    ),
    Drift("a mount's size", ONE, "mount -o remount,size=1m /dev/shm", ("mount.dev_shm",)),
    Drift(
        "a mount's options, saved", TWO, "sed -i 's/bind,nofail/bind/' /etc/fstab",
        ("mount./srv/shared",), ("/etc/fstab",),
    ),
    hand_edit("sysctl", ONE, "/etc/sysctl.d/zz-podsys.conf", "vm.laptop_mode = 5"),
    hand_edit("sysfs", TWO, "/etc/tmpfiles.d/00-podsys.conf", "# a note"),
    hand_edit("module_blacklist", ONE, "/etc/modprobe.d/zz-podsys-blacklist.conf", "options x y=1"),
    hand_edit("module", TWO, "/etc/modules-load.d/zz-podsys.conf", "softdog"),
    hand_edit(
        "kernel_argument", TWO, "/etc/default/grub.d/zz-podsys.cfg", "GRUB_TIMEOUT=9",
        "/boot/grub/grub.cfg",
    ),
    Drift(
        "a unit's drop-in: its mode", TWO, f"chmod 666 {DROPINS}/munge.service.d/zz-podsys.conf",
        ("dropin.unit_option",), (f"{DROPINS}/munge.service.d/zz-podsys.conf",),
    ),
]  # fmt: skip
LIMITS = "/etc/security/limits.d/zz-podsys.conf"
LIMIT = Drift(
    "limit", TWO, f"sed -i '/nofile/s/1048576/1024/' {LIMITS}",
    ("limit.nofile", "dropin.limit"), (LIMITS,),
)  # fmt: skip
# Ansible comes and goes through these folders, and folders change with what is put into them.
ANSIBLES_OWN = {"/root/.ansible/tmp"}


def drifts_of(site: Site) -> list[Drift]:
    """Where nobody may raise limits, there are none to drift."""
    limits = site.sh(TWO, f"ls {LIMITS} 2>/dev/null || true")
    return [*DRIFTS, *[LIMIT] * bool(limits)]


def planned_in(site: Site) -> set[tuple[str, str]]:
    plan = site.plan()
    assert plan["gaps"] == []
    assert plan["reboots"] == []
    return {(change["item"]["id"], node) for change in plan["changes"] for node in change["nodes"]}


def test_every_kind_of_drift_is_planned_and_undone_exactly(site: Site) -> None:
    drifts = drifts_of(site)
    before = {node: take(site, node) for node in NODES}
    assert planned_in(site) == set()
    expected: set[tuple[str, str]] = set()
    # One more on each node, then a look: whatever shows is the doing of these.
    for both in zip_longest(*([d for d in drifts if d.node == node] for node in NODES)):
        for drift in filter(None, both):
            site.sh(drift.node, drift.script)
            expected |= {(id_, drift.node) for id_ in drift.planned}
        assert planned_in(site) == expected, [drift and drift.what for drift in both]
    done = site.deploy("--yes")
    assert done.code == 0, done.err + done.out
    left = {
        node: list(find_left(before[node], take(site, node), [d for d in drifts if d.node == node]))
        for node in NODES
    }
    assert left == {node: [] for node in NODES}
    assert planned_in(site) == set()


def find_left(before: Snapshot, after: Snapshot, drifts: list[Drift]) -> Iterator[object]:
    """What is not as it was, or was touched although no drift of the node asked for it."""
    written = {path for drift in drifts for path in drift.written}
    written |= {str(Path(path).parent) for path in written} | ANSIBLES_OWN
    for path in sorted(find_touched(before, after)):
        if not any(fnmatch(path, known) for known in written):
            yield "touched", path
    restarted = {unit for drift in drifts for unit in drift.restarted}
    yield from (("restarted", unit) for unit in find_restarted(before, after) - restarted)
    cache = {"/etc/ld.so.cache": ""}  # a package's scripts write it anew
    yield from (before.files | cache).items() ^ (after.files | cache).items()
    for part in ("packages", "units", "knobs", "mounts", "boot"):
        old, new = (set(getattr(one, part).splitlines()) for one in (before, after))
        yield from ((part, line) for line in old ^ new)


def test_a_rival_that_counts_more_is_named_and_left_alone(site: Site) -> None:
    """The file is somebody else's: podsys says which one it is, and touches nothing."""
    rival = "/etc/sysctl.d/zzz-rival.conf"
    site.sh(ONE, f"echo 'vm.swappiness = 60' > {rival}")
    try:
        (change,) = site.plan()["changes"]
        assert change["item"]["id"] == "sysctl.vm.swappiness"
        assert change["nodes"] == [ONE]
        assert change["before"]["note"] == f"saved by {rival}:1"
        done = site.deploy("--yes")
        assert done.code == 1
        assert rival in done.out + done.err
    finally:
        site.sh(ONE, f"rm {rival}")
    assert planned_in(site) == set()


def test_what_a_reboot_forgets_is_back_after_it(site: Site) -> None:
    """Modules and mounts are made again by the node's own systemd, not by podsys."""
    before = site.sh(ONE, "cat /proc/sys/kernel/random/boot_id")
    site.sh(ONE, "systemctl reboot")
    practice.wait_until(lambda: is_back(site, before), 60)
    assert planned_in(site) == set()


def is_back(site: Site, before: str) -> bool:
    words = "cat /proc/sys/kernel/random/boot_id; systemctl is-system-running || true"
    try:
        boot, state = faults.run_in(ONE, ["sh", "-c", words], site.lab).stdout.split()
    except (ValueError, PodsysError):
        return False
    return boot != before.strip() and state == "running"
