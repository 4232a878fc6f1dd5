"""A node's apt asked for a set of packages; apt is played by scripts with its own words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.indexes import apt_index, resolve

SHOWN = """\
Package: nvidia-smi
Source: nvidia-graphics-drivers
Version: 535.309.01-0+deb12u1
Architecture: amd64
Description: first line
 more lines: of text
SHA256: 1111
Size: 10

Package: nvidia-smi
Source: nvidia-graphics-drivers
Version: 535.261.03-1
Architecture: amd64
SHA256: 2222
Size: 11

Package: libnvidia-ml1
Source: nvidia-graphics-drivers
Version: 535.261.03-1
Architecture: amd64
SHA256: 3333
Size: 12

Package: libc6
Source: glibc (2.36)
Version: 2.36-9
Architecture: amd64
SHA256: 4444
Size: 13

Package: nvidia-smi
Version: 535.261.03-1
Architecture: i386
SHA256: 5555
Size: 14
"""
INSTALLED = """\
Inst libc6 (2.36-9 Debian:12/oldstable [amd64])
Inst libnvidia-ml1 (535.261.03-1 Debian:12/oldstable [amd64])
Inst nvidia-smi [535.309.01-0+deb12u1] (535.261.03-1 Debian:12/oldstable [amd64])
Conf nvidia-smi (535.261.03-1 Debian:12/oldstable [amd64])
"""
UNMET = """\
The following packages have unmet dependencies:
 nvidia-open-kernel-dkms : Depends: firmware-nvidia-gsp (= 535.261.03) or
                                    firmware-nvidia-gsp-535.261.03
E: Unable to correct problems, you have held broken packages.
"""
ASKED = {"driver": {"version": "535.261.03", "packages": ["nvidia-smi"]}}


@pytest.fixture
def apt(machine):
    machine.put("/shown", SHOWN)
    machine.put("/installed", INSTALLED)
    machine.tool("dpkg", "echo amd64")
    madison = 'echo " nvidia-smi | 535.261.03-1 | http://HOST/debian bookworm/non-free amd64 P"'
    machine.tool("apt-cache", f'[ "$1" = show ] && exec cat "$PODSYS_ROOT/shown"\n{madison}')
    pins = 'Dir::Etc::preferences=*) cat "${w#*=}" > $PODSYS_ROOT/pins'
    keep = f"for w; do case $w in {pins};; esac; done"
    machine.tool("apt-get", f'{keep}\ncat "$PODSYS_ROOT/installed"')
    return machine


def answer(capsys: pytest.CaptureFixture[str], asked: object = ASKED) -> dict:
    resolve.run({"components": asked})
    return json.loads(capsys.readouterr().out)


def test_the_wanted_version_is_found_with_its_kin_and_nothing_else(apt, capsys) -> None:
    found = answer(capsys)["components"]["driver"]
    assert [(one["name"], one["version"], one["sha256"]) for one in found] == [
        ("libnvidia-ml1", "535.261.03-1", "3333"),
        ("nvidia-smi", "535.261.03-1", "2222"),
    ]
    assert found[1]["origin"] == "http://HOST/debian bookworm/non-free"
    assert found[1]["source"] == "nvidia-graphics-drivers"
    assert found[1]["size"] == 11


def test_apt_is_asked_as_on_a_bare_machine_and_kin_is_pinned(apt, capsys) -> None:
    answer(capsys)
    (call,) = [one for one in apt.calls if one.startswith("apt-get")]
    assert "-qs install" in call
    assert "Dir::State::status=" in call
    assert call.endswith("nvidia-smi=535.261.03-1")
    assert "Package: src:nvidia-graphics-drivers\nPin: version 535.261.03*" in apt.get("/pins")


def test_an_impossible_set_comes_with_apts_reason_and_what_it_would_take(apt, capsys) -> None:
    apt.put("/installed", UNMET)
    apt.tool("apt-get", 'cat "$PODSYS_ROOT/installed"; exit 100')
    firmware = "Package: firmware-nvidia-gsp\nVersion: 535.309.01-0+deb12u1\n"
    apt.tool(
        "apt-cache", f'case "$*" in *gsp*) printf "{firmware}";; *) cat $PODSYS_ROOT/shown;; esac'
    )
    problem = answer(capsys)["problem"]
    assert problem["package"] == "nvidia-open-kernel-dkms"
    assert "Depends: firmware-nvidia-gsp (= 535.261.03) or" in problem["reason"]
    assert problem["reason"].endswith("firmware-nvidia-gsp would come as 535.309.01-0+deb12u1")


def test_a_version_that_is_not_there_comes_with_those_that_are(apt, capsys) -> None:
    asked = {"driver": {"version": "580.1", "packages": ["nvidia-smi"]}}
    problem = answer(capsys, asked)["problem"]
    assert problem["reason"] == "no nvidia-smi 580.1 in this machine's package index"
    assert problem["there"] == ["535.309.01-0+deb12u1", "535.261.03-1"]
    missing = {"driver": {"version": "580.1", "packages": ["nvidia-fabricmanager"]}}
    assert answer(capsys, missing)["problem"]["there"] == []


def test_a_machine_without_apt_says_so(machine, capsys) -> None:
    assert answer(capsys)["problem"]["reason"] == "dpkg is not installed"


@given(st.text())
def test_no_output_of_apt_breaks_the_parser(text: str) -> None:
    for stanza in apt_index.parse_stanzas(text):
        assert stanza["Package"] is not None
        assert "Version" in stanza
    _name, reason, there = apt_index.find_reason(text.replace("Depends", ""))
    assert reason
    assert there == []
