"""A node's apt asked what installing takes; apt is played by scripts with its own words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.indexes import closure
from podsys.node.packages import BUNDLE

URIS = """\
'http://HOST/debian/pool/main/e/ethtool/ethtool_6.1-1_amd64.deb' ethtool_1%3a6.1-1_amd64.deb 9 A:a
'http://HOST/debian/pool/main/c/c%2b%2b_1_all.deb' c++_1_all.deb 8 SHA256:bb
"""
SHOWN = """\
Package: ethtool
Version: 1:6.1-1
Architecture: amd64
Depends: libc6
Filename: pool/updates/e/ethtool/ethtool_6.1-1_amd64.deb
Size: 10
SHA256: 0000

Package: ethtool
Version: 1:6.1-1
Architecture: amd64
Depends: libc6
Filename: pool/main/e/ethtool/ethtool_6.1-1_amd64.deb
Size: 9
SHA256: 1111

Package: c++
Version: 1
Architecture: all
Filename: ./pool/main/c/c++_1_all.deb
Size: 8
SHA256: 2222
"""


@pytest.fixture
def apt(machine):
    machine.put("/uris", URIS)
    machine.put("/shown", SHOWN)
    machine.tool("apt-get", 'cat "$PODSYS_ROOT/uris"')
    machine.tool("apt-cache", 'cat "$PODSYS_ROOT/shown"')
    machine.tool("apt-config", "echo 'Acquire::http::Proxy \"http://p:3142\";'")
    return machine


def answer(capsys, *packages: str) -> dict:
    closure.run({"packages": list(packages)})
    return json.loads(capsys.readouterr().out)


def test_each_file_comes_with_its_place_hash_and_paragraph(apt, capsys) -> None:
    found = answer(capsys, "ethtool")
    assert [(f["name"], f["version"], f["sha256"], f["size"]) for f in found["files"]] == [
        ("c++", "1", "2222", 8),
        ("ethtool", "1:6.1-1", "1111", 9),
    ]
    assert found["files"][1]["uri"] == URIS.split("'")[1]
    assert found["files"][1]["stanza"] == SHOWN.split("\n\n")[1]
    assert found["proxies"] == {"http": "http://p:3142"}
    assert found["time"] > 0


def test_apt_is_asked_as_bare_and_as_it_is_with_an_empty_cache(apt, capsys) -> None:
    answer(capsys, "ethtool", "nvidia-smi=535.1-1")
    bare, real = [call for call in apt.calls if call.startswith("apt-get")]
    assert "Dir::State::status=" in bare
    assert "Dir::State::status=" not in real
    for call in (bare, real):
        assert "Dir::Cache::archives=/" in call
        assert "Dir::Etc::SourceList" not in call
        assert call.endswith("install ethtool nvidia-smi=535.1-1")


def test_while_a_bundle_is_in_use_the_own_archives_are_asked(apt, capsys) -> None:
    apt.put(BUNDLE)
    answer(capsys, "ethtool")
    asked = [call for call in apt.calls if call.startswith(("apt-get", "apt-cache"))]
    assert len(asked) == 3
    assert all("Dir::Etc::SourceList=/etc/apt/sources.list " in call for call in asked)


def test_what_apt_cannot_do_is_said_in_its_words(apt, capsys) -> None:
    apt.tool("apt-get", "echo 'E: Unable to locate package chrony' >&2; exit 100")
    assert answer(capsys, "chrony") == {"problem": "Unable to locate package chrony"}


def test_a_package_without_a_hash_is_a_problem(apt, capsys) -> None:
    apt.put("/shown", SHOWN.replace("SHA256: 1111\n", ""))
    assert answer(capsys, "ethtool")["problem"] == "apt's index has no sha256 for ethtool 1:6.1-1"


def test_a_machine_without_apt_says_so(machine, capsys) -> None:
    assert answer(capsys, "chrony")["problem"] == "apt-get is not installed"


@given(st.text())
def test_no_output_of_apt_breaks_the_parser(text: str) -> None:
    for uri, name, version, arch in closure.parse_uris(text):
        assert uri
        assert name
        assert closure.unquote(version)
        assert arch
