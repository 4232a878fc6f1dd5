"""Where packages come from: own archives, or a bundle and nothing else."""

from __future__ import annotations

import pytest

from podsys.node import apt_archive as kind
from podsys.node.converge import converge_all
from podsys.node.kinds import package_origin
from podsys.node.machine import Unreadable

URL = "http://10.0.0.1:8642/0123456789abcdef"
SUITE = f"{kind.LISTS}/10.0.0.1:8642_0123456789abcdef_dists_debian-12_"
OWN = "/etc/apt/sources.list.d/site.sources"
FETCHED = [f"$PODSYS_ROOT{SUITE}{name}" for name in ("InRelease", "main_binary-amd64_Packages")]


@pytest.fixture
def apt(machine):
    machine.put("/etc/os-release", "ID=debian\nVERSION_ID=12\n")
    machine.put(OWN, "own")
    machine.put(f"{kind.LISTS}/deb.example_InRelease", "own")
    machine.tool("apt-get", f"touch {' '.join(FETCHED)}")
    return machine


def wanted(value: str = URL, key: str = "KEY\n") -> dict:
    params = {"key": key} if value == URL else {}
    return {"id": "a", "kind": "package_archive", "key": "apt", "value": value, "params": params}


def test_a_machine_uses_its_own(apt) -> None:
    assert apt.read_one(wanted()) == {"live": "own"}
    assert apt.read_one(wanted("own")) == {"live": "own"}


def test_what_is_written_reads_back_and_nothing_else_is_touched(apt) -> None:
    apt.write(wanted())
    assert apt.read_one(wanted()) == {"live": URL}
    assert apt.get(OWN) == "own"
    assert apt.get(kind.KEY) == "KEY\n"
    line = f"deb [signed-by={kind.KEY} check-date=no] {URL} debian-12 main\n"
    assert apt.get(kind.SOURCES).endswith(line)
    config = apt.get(kind.CONFIG)
    assert f'Dir::Etc::SourceParts "{kind.FOLDER}";\n' in config
    assert sorted(path.name for path in apt.path(kind.FOLDER).iterdir()) == [
        "podsys-bundle.list",
        "podsys-packages.list",
    ]
    assert 'Acquire::http::Proxy::10.0.0.1 "DIRECT";\n' in config


def test_own_archives_count_again_and_are_fetched_before_the_next_installation(apt) -> None:
    apt.write(wanted())
    apt.put(kind.UPDATED)
    assert apt.read_one(wanted("own")) == {"live": URL}
    apt.write(wanted("own"))
    assert apt.read_one(wanted("own")) == {"live": "own"}
    assert not apt.path(kind.CONFIG).exists()
    assert not apt.path(kind.FOLDER).exists()
    assert not apt.path(kind.UPDATED).exists()
    assert [path.name for path in apt.path(kind.LISTS).iterdir()] == ["deb.example_InRelease"]
    assert apt.path(kind.LISTS).stat().st_mtime == 0
    assert apt.get(OWN) == "own"


@pytest.mark.parametrize("path", [kind.CONFIG, kind.SOURCES, kind.KEY])
def test_an_edit_shows_and_is_undone(apt, path: str) -> None:
    apt.write(wanted())
    apt.put(path, apt.get(path) + "# more\n")
    assert apt.read_one(wanted()) == {"live": "edited"}
    apt.write(wanted())
    assert apt.read_one(wanted()) == {"live": URL}


def test_packages_that_podsys_built_stay_in_reach(apt) -> None:
    apt.write(wanted())
    assert apt.path(kind.BUILT).readlink().as_posix() == package_origin.LIST
    apt.path(kind.BUILT).unlink()
    assert apt.read_one(wanted()) == {"live": "edited"}
    apt.write(wanted())
    assert apt.read_one(wanted()) == {"live": URL}


def test_another_bundle_is_a_difference_and_so_is_an_index_that_is_gone(apt) -> None:
    apt.write(wanted())
    assert apt.read_one(dict(wanted(), value=URL + "0")) == {"live": URL}
    apt.path(f"{SUITE}InRelease").unlink()
    assert apt.read_one(wanted()) == {"live": f"{URL}, not fetched"}


def test_an_index_that_apt_refuses_fails_with_its_first_words(apt) -> None:
    said = "W: GPG error: BADSIG 1 podsys bundle\\nE: not signed.\\nE: more"
    apt.tool("apt-get", f'printf "{said}\\n" >&2; exit 100')
    with pytest.raises(Unreadable, match=r"W: GPG error: BADSIG 1 podsys bundle E: not signed\."):
        apt.write(wanted())


def test_it_comes_before_the_repair_of_packages(apt) -> None:
    apt.put(
        "/var/lib/dpkg/status", "Package: a\nStatus: install ok half-configured\nVersion: 1\n\n"
    )
    mend = "sed -i s/half-configured/installed/ $PODSYS_ROOT/var/lib/dpkg/status"
    apt.tool("dpkg", mend)
    repair = {"id": "b", "kind": "package_database", "key": "packages", "value": "clean"}
    result, failures = converge_all([repair, wanted()], check_mode=False)
    assert failures == []
    assert result["changed_items"] == ["a", "b"]
    words = [call.split()[-1] for call in apt.calls if call.startswith("apt-get")]
    assert words[0] == "update"


def test_a_machine_without_apt_is_left_out(machine) -> None:
    assert machine.read_one(wanted()) == {"absent": "this machine has no apt"}
