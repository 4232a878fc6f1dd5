"""Packages of a release on a machine with the real dnf: put at their versions, held, put back.

By the role's own tasks, which Ansible's dnf module carries out, and by podsys's own kinds.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from podsys.core.pins import package_spec, split_pin
from tests.node import rpms
from tests.node.dnf_machine import DnfMachine, needs_ansible, needs_machine, play
from tests.node.rpms import NEW, OLD

pytestmark = needs_machine
PARTS = ("kmod-nvidia-open-dkms", "nvidia-driver", "nvidia-driver-libs", "nvidia-kmod-common")
KERNELS = ("5.14.0-503.1.el9", "5.14.0-570.2.el9")


def pins(version: str) -> dict[str, str]:
    """As the lock has them."""
    found = dict.fromkeys(PARTS, f"3:{version}-1.el9")
    return {**found, "nvidia-open": f"{version}-1.el9"}


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("repositories")
    return {
        "baseos": rpms.build(folder / "baseos", rpms.BASE),
        "nvidia": rpms.build(folder / "nvidia", rpms.NVIDIA),
    }


@pytest.fixture
def node(tmp_path: Path, repositories: dict[str, Path]) -> DnfMachine:
    made = DnfMachine(tmp_path / "node")
    for name, folder in repositories.items():
        made.add_repository(name, f"file://{folder}", gpgcheck="0")
    return made


def name_all(wanted: dict[str, str]) -> list[str]:
    """As the role names them to dnf."""
    return [package_spec(name, version, "rhel") for name, version in wanted.items()]


def installed(node: DnfMachine) -> dict[str, str]:
    lines = node.sh("rpm -qa --qf '%{NAME}=%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n'").splitlines()
    return {name: version.removeprefix("0:") for name, version in map(split_pin, lines)}


def item(kind: str, key: str, value: str = "held") -> dict:
    return {"id": f"{kind}.{key}", "kind": kind, "key": key, "value": value, "params": {}}


@needs_ansible
def test_a_set_that_is_held_moves_down_and_up_whole(node: DnfMachine, tmp_path: Path) -> None:
    set_up(node, {**pins(NEW), "kernel-devel": KERNELS[1]})
    wanted = {**pins(OLD), "kernel-devel": KERNELS[0]}
    assert "changed=1" in play(node, tmp_path, name_all(wanted))
    assert pins(OLD).items() <= installed(node).items()
    result, failures = node.converge(*(item("package_hold", name) for name in wanted))
    assert failures == []
    # Of the kernel's headers both versions are there, and no other may come.
    assert result["changed_items"] == [f"package_hold.{name}" for name in sorted(pins(OLD))]
    assert "changed=0" in play(node, tmp_path, name_all(wanted))
    listed = node.sh("dnf -q versionlock list").split()
    assert f"nvidia-driver-3:{OLD}-1.el9.*" in listed
    assert not any(NEW in line for line in listed)
    # A kernel comes beside another.
    for kernel in KERNELS:
        wanted_item = item("package", "kernel-devel", f"={kernel}")
        assert node.read(wanted_item) == {"live": wanted_item["value"]}
    assert "changed=1" in play(node, tmp_path, name_all(pins(NEW)))
    assert pins(NEW).items() <= installed(node).items()
    assert node.read(item("package_hold", "nvidia-driver")) == {"persistent": "free"}


def set_up(node: DnfMachine, wanted: dict[str, str]) -> None:
    """By hand, and held."""
    node.put(
        "/etc/dnf/dnf.conf", node.sh("cat /etc/dnf/dnf.conf") + "installonlypkgs=kernel-devel\n"
    )
    node.sh(f"dnf -q -y install {' '.join(name_all(wanted))}")
    assert node.converge(*(item("package_hold", name) for name in wanted))[1] == []


def test_what_is_held_stays_and_what_was_moved_by_hand_is_seen(node: DnfMachine) -> None:
    set_up(node, pins(OLD))
    node.sh("dnf -q -y upgrade")
    assert pins(OLD).items() <= installed(node).items()
    wanted = item("package", "nvidia-driver", f"=3:{OLD}-1.el9")
    assert node.read(wanted) == {"live": wanted["value"]}
    node.sh("dnf -q -y --disableplugin=versionlock upgrade nvidia-driver")
    assert node.read(wanted) == {"live": f"=3:{NEW}-1.el9"}
    assert node.read(item("package_hold", "nvidia-driver")) == {"persistent": "free"}
    assert node.read(item("package_hold", "nvidia-open")) == {"persistent": "held"}


def test_the_plugin_and_podsys_read_each_other(node: DnfMachine) -> None:
    node.sh("dnf -q -y install dkms nvidia-driver-libs")
    node.sh("dnf -q versionlock add dkms")
    assert node.read(item("package_hold", "dkms")) == {"persistent": "held"}
    assert node.converge(item("package_hold", "nvidia-driver-libs"))[1] == []
    node.sh("dnf -q versionlock delete nvidia-driver-libs")
    assert node.read(item("package_hold", "nvidia-driver-libs")) == {"persistent": "free"}
    node.sh("dnf -q versionlock clear")
    assert node.read(item("package_hold", "dkms")) == {"persistent": "free"}


def test_resolving_does_not_see_a_hold(node: DnfMachine) -> None:
    node.sh(f"dnf -q -y install nvidia-driver-libs-{OLD} kernel-devel")
    node.converge(item("package_hold", "nvidia-driver-libs"))
    asked = {"driver": {"version": NEW, "packages": ["nvidia-driver"]}}
    found = node.ask("resolve", {"components": asked})["components"]["driver"]
    assert {one["version"] for one in found} == {f"3:{NEW}-1.el9"}
    # What is installed has no say, but in what installing would take here.
    files = node.ask("closure", {"packages": [f"nvidia-driver=3:{NEW}-1.el9"]})["files"]
    assert f"3:{NEW}-1.el9" in {one["version"] for one in files}


def test_no_plugin_is_no_hold(node: DnfMachine) -> None:
    node.sh("dnf -q -y install dkms && dnf -q versionlock add dkms")
    node.sh("printf '[main]\\nenabled=0\\n' > /etc/dnf/plugins/versionlock.conf")
    assert node.read(item("package_hold", "dkms")) == {"persistent": "free"}
    failure = " ".join(node.converge(item("package_hold", "dkms"))[1])
    assert "python3-dnf-plugin-versionlock" in failure


def test_this_machine_keeps_nothing(node: DnfMachine) -> None:
    node.sh("dnf -q -y install dkms")
    assert "dkms" in installed(node)
    if shutil.which("rpm"):
        assert "dkms" not in rpms.run(["rpm", "-qa", "--qf", "%{NAME} "])
