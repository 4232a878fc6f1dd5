"""Packages that podsys built, as the node's apt finds them."""

from __future__ import annotations

import hashlib

import pytest

from tests.node.conftest import FakeMachine

NAME, VERSION = "nvidia-kernel-6.1.0-56-amd64", "535.309.01-1+6.1.192-2"
FOLDER = "/var/lib/podsys/packages"


@pytest.fixture
def node(machine: FakeMachine) -> FakeMachine:
    machine.put(f"{FOLDER}/{NAME}.deb", b"package")
    machine.tool("dpkg-deb", f'echo "Package: {NAME}\nVersion: {VERSION}\nDescription: x\n more"')
    machine.tool("apt-get", "")
    return machine


def test_written_it_reads_back_and_apt_was_told_of_it_alone(node: FakeMachine, item) -> None:
    wanted = item("package_origin", NAME, f"={VERSION}")
    assert node.read_one(wanted) == {"live": "missing"}
    node.write(wanted)
    assert node.read_one(wanted) == {"live": f"={VERSION}"}
    index = node.get(f"{FOLDER}/Packages")
    assert f"SHA256: {hashlib.sha256(b'package').hexdigest()}\n" in index
    assert f"Filename: ./{NAME}.deb\nSize: 7\n" in index
    line = node.get("/etc/apt/sources.list.d/podsys-packages.list")
    assert line == f"deb [trusted=yes] file:{FOLDER} ./\n"
    (told,) = [call for call in node.calls if call.startswith("apt-get")]
    assert "Dir::Etc::sourceparts=-" in told
    assert "List-Cleanup=0" in told


def test_a_file_that_is_another_one_by_now_counts_as_outdated(node: FakeMachine, item) -> None:
    wanted = item("package_origin", NAME, f"={VERSION}")
    node.write(wanted)
    node.put(f"{FOLDER}/{NAME}.deb", b"another")
    assert node.read_one(wanted) == {"live": "outdated"}
    node.path(f"{FOLDER}/{NAME}.deb").unlink()
    assert node.read_one(wanted) == {"live": "outdated"}


def test_two_packages_share_the_folder(node: FakeMachine, item) -> None:
    node.put(f"{FOLDER}/other.deb", b"x")
    node.tool(
        "dpkg-deb",
        f'case "$2" in *other.deb) echo "Package: other\nVersion: 2";;'
        f' *) echo "Package: {NAME}\nVersion: {VERSION}";; esac',
    )
    node.write(item("package_origin", NAME, f"={VERSION}"))
    assert node.read_one(item("package_origin", "other", "=2")) == {"live": "=2"}
    assert node.read_one(item("package_origin", NAME, "=2")) == {"live": f"={VERSION}"}
