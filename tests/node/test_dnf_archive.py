"""dnf's own repositories, or a bundle and nothing else: read, written, undone, edits seen."""

from __future__ import annotations

import hashlib

import pytest

from podsys.node import dnf_archive as kind
from podsys.node.dnf_config import CONFIG
from podsys.node.machine import Unreadable

URL = "http://10.0.0.1:8642/0123456789abcdef"
PLACE = f"{URL}/pool/rocky-9.4"
CACHE = f"{kind.CACHE}/podsys-bundle-{hashlib.sha256(PLACE.encode()).hexdigest()[:16]}"
OWN = "[main]\ngpgcheck=1\nbest=True\n\n[other]\nreposdir=/no\n"
MARKED = (
    f"[main]\ngpgcheck=1\nbest=True\n{kind.WARNING}\nreposdir={kind.FOLDER}\n"
    "\n[other]\nreposdir=/no\n"
)


@pytest.fixture
def dnf(machine):
    machine.put("/etc/os-release", 'ID="rocky"\nVERSION_ID="9.4"\n')
    machine.put(CONFIG, OWN)
    machine.put(f"{kind.CACHE}/baseos-0/repodata/repomd.xml")
    fetched = f"mkdir -p $PODSYS_ROOT{CACHE}/repodata; touch $PODSYS_ROOT{CACHE}/pubring"
    machine.tool("dnf", f"{fetched} $PODSYS_ROOT{CACHE}/repodata/repomd.xml")
    return machine


def wanted(value: str = URL, key: str = "KEY\n") -> dict:
    params = {"key": key} if value == URL else {}
    return {"id": "a", "kind": "package_archive", "key": "dnf", "value": value, "params": params}


def test_a_machine_uses_its_own(dnf) -> None:
    assert dnf.read_one(wanted()) == {"live": "own"}
    assert dnf.read_one(wanted("own")) == {"live": "own"}


def test_what_is_written_reads_back_and_comes_last_in_its_section(dnf) -> None:
    dnf.write(wanted())
    assert dnf.read_one(wanted()) == {"live": URL}
    assert dnf.get(CONFIG) == MARKED
    assert dnf.get(kind.KEY) == "KEY\n"
    lines = dnf.get(kind.REPOSITORY).splitlines()
    assert lines[1] == "[podsys-bundle]"
    assert {f"baseurl={PLACE}", "repo_gpgcheck=1", "proxy=_none_"} < set(lines)
    assert dnf.calls == ["dnf -y -q makecache"]


def test_own_archives_count_again_and_nothing_is_left(dnf) -> None:
    dnf.write(wanted())
    assert dnf.read_one(wanted("own")) == {"live": URL}
    dnf.write(wanted("own"))
    assert dnf.read_one(wanted("own")) == {"live": "own"}
    assert dnf.get(CONFIG) == OWN
    assert not dnf.path(kind.FOLDER).exists()
    assert [path.name for path in dnf.path(kind.CACHE).iterdir()] == ["baseos-0"]


@pytest.mark.parametrize("path", [CONFIG, kind.REPOSITORY, kind.KEY])
def test_an_edit_shows_and_is_undone(dnf, path: str) -> None:
    dnf.write(wanted())
    dnf.put(path, dnf.get(path).replace("\n", "\nreposdir=/mine\n"))
    assert dnf.read_one(wanted()) == {"live": "edited"}
    dnf.write(wanted())
    assert dnf.read_one(wanted()) == {"live": URL}


def test_another_repository_beside_the_bundle_shows_and_goes(dnf) -> None:
    dnf.write(wanted())
    dnf.put(f"{kind.FOLDER}/other.repo", "[other]")
    assert dnf.read_one(wanted()) == {"live": "edited"}
    dnf.write(wanted())
    assert dnf.read_one(wanted()) == {"live": URL}


def test_the_admins_own_folders_are_known_meanwhile(dnf) -> None:
    assert kind.own_folders() == []
    dnf.put(CONFIG, "[main]\nreposdir = /a, /b\ncachedir=/cache/\n")
    dnf.write(wanted())
    assert kind.own_folders() == ["/a", "/b"]
    assert kind.find_cache() == "/cache"
    assert dnf.read_one(wanted()) == {"live": f"{URL}, not fetched"}


def test_a_machine_without_a_configuration_of_dnf(dnf) -> None:
    dnf.path(CONFIG).unlink()
    dnf.write(wanted())
    assert dnf.read_one(wanted()) == {"live": URL}


def test_another_bundle_or_an_index_that_is_gone_is_a_difference(dnf) -> None:
    dnf.write(wanted())
    assert dnf.read_one(dict(wanted(), value=URL + "0")) == {"live": URL}
    dnf.path(f"{CACHE}/pubring").unlink()
    assert dnf.read_one(wanted()) == {"live": f"{URL}, not fetched"}


def test_an_index_that_dnf_refuses_fails_with_its_words(dnf) -> None:
    said = "Errors during downloading\\nError: repomd.xml GPG signature verification error"
    dnf.tool("dnf", f'printf "{said}\\n" >&2; exit 1')
    with pytest.raises(Unreadable, match=r"repomd\.xml GPG signature verification error"):
        dnf.write(wanted())


def test_a_machine_without_dnf_is_left_out(machine) -> None:
    assert machine.read_one(wanted()) == {"absent": "this machine has no dnf"}
