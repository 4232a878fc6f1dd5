"""A node builds modules and packs them; apt, dkms and dpkg-deb are played by small scripts."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from podsys.node import build as builder
from podsys.node.build_dkms import needs_dkms
from tests.node.conftest import FakeMachine

SOURCES = {
    "how": "dkms",
    "package": "nvidia-kernel-dkms",
    "version": "535.309.01-1",
    "sha256": hashlib.sha256(b"sources").hexdigest(),
}
REQUEST = {
    "name": "nvidia-kernel-6.1.0-56-amd64",
    "version": "535.309.01-1+6.1.192-2",
    "arch": "amd64",
    "kernel": "6.1.0-56-amd64",
    "packages": ["dkms", "linux-headers-6.1.0-56-amd64=6.1.192-2"],
    "sources": SOURCES,
    "depends": ["linux-image-6.1.0-56-amd64 (= 6.1.192-2)"],
}
APT = """
case "$*" in
    *download*) printf sources > nvidia-kernel-dkms_535.309.01-1_amd64.deb ;;
esac
"""
DPKG_DEB = """
case "$1" in
    -x) mkdir -p "$3/usr/src/nvidia-current-535.309.01"
        printf 'PACKAGE_NAME="nvidia-current"\\nPACKAGE_VERSION="535.309.01"\\n' \
            > "$3/usr/src/nvidia-current-535.309.01/dkms.conf" ;;
    --field) case "$3" in
        Depends) echo "dkms (>= 2.1), nvidia-kernel-support (= 535.309.01-1), x | dkms:any" ;;
        Provides) echo "nvidia-kernel-535.309.01" ;;
        esac ;;
    -Zxz) cp "$5/DEBIAN/control" "$6" ;;
esac
"""
DKMS = """
while [ "$1" != --dkmstree ]; do shift; done
place="$2/nvidia-current/535.309.01/6.1.0-56-amd64/x86_64/module"
mkdir -p "$place" && echo code > "$place/nvidia-current.ko"
"""
BROKEN = """
while [ "$1" != --dkmstree ]; do shift; done
mkdir -p "$2/nvidia-current/535.309.01/build"
echo "nv.c:12: error: no member named x" > "$2/nvidia-current/535.309.01/build/make.log"
echo "Error! Bad return status for module build on kernel"
exit 10
"""


@pytest.fixture
def node(machine: FakeMachine) -> FakeMachine:
    machine.put("/run/keep")
    machine.tool("apt-get", APT)
    machine.tool("dpkg-deb", DPKG_DEB)
    machine.tool("dkms", DKMS)
    return machine


def test_the_package_says_what_it_is_and_needs(node: FakeMachine) -> None:
    answer = builder.build(REQUEST)
    assert "problem" not in answer, answer
    control = Path(answer["file"]).read_text()
    assert answer["sha256"] == hashlib.sha256(control.encode()).hexdigest()
    assert answer["size"] == len(control)
    said = dict(line.split(": ", 1) for line in control.splitlines() if line[:1] != " ")
    assert said["Package"] == REQUEST["name"]
    assert said["Version"] == REQUEST["version"]
    assert said["Depends"] == (
        "kmod, linux-image-6.1.0-56-amd64 (= 6.1.192-2), nvidia-kernel-support (= 535.309.01-1)"
    )
    assert said["Provides"] == "nvidia-kernel-535.309.01"
    assert said["Conflicts"] == said["Replaces"] == "nvidia-kernel-dkms"
    assert any("install dkms linux-headers-6.1.0-56-amd64=6.1.192-2" in c for c in node.calls)
    left = [path.name for path in Path(answer["file"]).parent.iterdir()]
    assert left == ["nvidia-kernel-6.1.0-56-amd64.deb"]


def test_a_build_that_fails_names_its_log_with_the_compilers_words(node: FakeMachine) -> None:
    node.tool("dkms", BROKEN)
    answer = builder.build(REQUEST)
    assert "nvidia-current 535.309.01 cannot be built for 6.1.0-56-amd64" in answer["problem"]
    assert "Bad return status" in answer["problem"]
    assert answer["log"] == "/var/log/podsys/nvidia-kernel-6.1.0-56-amd64.log"
    assert any("no member named x" in line for line in answer["last"])
    assert "no member named x" in node.get(answer["log"])
    assert not node.path("/var/cache/podsys/build/nvidia-kernel-6.1.0-56-amd64").exists()


def test_other_sources_than_the_locks_are_not_built(node: FakeMachine) -> None:
    answer = builder.build(dict(REQUEST, sources=dict(SOURCES, sha256="0" * 64)))
    assert "the lock has 0000" in answer["problem"]
    assert not [call for call in node.calls if call.startswith("dkms")]


def test_what_cannot_be_installed_has_apts_reason(node: FakeMachine) -> None:
    node.tool("apt-get", "echo 'E: No space left on device'; exit 100")
    problem = builder.build(REQUEST)["problem"]
    assert problem == "what building takes cannot be installed: No space left on device"
    shutil.rmtree(node.path("/usr/bin"))
    assert "apt-get is not installed" in builder.build(REQUEST)["problem"]


@pytest.mark.parametrize(
    ("dependency", "only_building"),
    [
        ("dkms", True),
        ("dkms (>= 2.1)", True),
        ("other | dkms:any", True),
        ("nvidia-kernel-support (= 1) | nvidia-kernel-support--v1", False),
        ("libdkms1", False),
    ],
)
def test_what_only_building_takes(dependency: str, only_building: bool) -> None:
    assert needs_dkms(dependency) is only_building
