"""What the real apt says of a mirror that fails, and what podsys makes of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.apt_words import CLOCK, explain_apt
from podsys.effects.gpg import ensure_repository_key
from tests.bad_mirror import Authority, put, serve, write_release

with_apt = pytest.mark.skipif(not shutil.which("apt-get"), reason="no apt on this machine")
LOGIN = b"<html><body>Please log in to use this network.</body></html>"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the key of the archives lies."""
    folder = tmp_path_factory.mktemp("key")
    ensure_repository_key(folder)
    return folder


def update(folder: Path, url: str, key: str, ca: Path | None = None, clock: str = "") -> str:
    """What apt-get update says, with all that is its own below `folder`."""
    for name in ("lists/partial", "cache/archives/partial", "etc"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "key.asc").write_text(key)
    line = f"deb [arch=amd64 signed-by={folder}/key.asc] {url} s main\n"
    (folder / "sources.list").write_text(line)
    options = {
        "Dir::Etc": f"{folder}/etc",
        "Dir::Etc::SourceList": f"{folder}/sources.list",
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": f"{folder}/lists",
        "Dir::State::status": f"{folder}/status",
        "Dir::Cache": f"{folder}/cache",
        "APT::Sandbox::User": "root",
        "APT::Update::Error-Mode": "any",
        "Acquire::Check-Date": "true",
        "Acquire::Check-Valid-Until": "true",
        "Acquire::Retries": "0",
        "Acquire::http::Proxy": "DIRECT",
        "Acquire::https::Proxy": "DIRECT",
        **({"Acquire::https::CAInfo": str(ca)} if ca else {}),
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    done = subprocess.run(
        ["apt-get", "-q", "update", *words], env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    return done.stderr


@with_apt
@pytest.mark.parametrize(
    ("made", "good_for", "meaning"),
    [(3, 7, CLOCK), (-30, 7, "not updated for longer than its archive allows")],
)
def test_an_archive_of_another_time(
    tmp_path: Path, site: Path, made: float, good_for: float, meaning: str
) -> None:
    mirror = put(tmp_path / "mirror", {"dists/s/InRelease": write_release(site, made, good_for)})
    with serve(mirror) as url:
        said = update(tmp_path, url, ensure_repository_key(site))
    assert meaning in explain_apt(said)
    if meaning is CLOCK:
        assert "it is 2d 23h 59min" in explain_apt(said)


@with_apt
@pytest.mark.parametrize(
    ("days", "trusted", "meaning"),
    [
        ((2, 30), True, CLOCK),
        ((-30, -2), True, "out of date, or the clock of this node is ahead"),
        ((-2, 30), False, "does not know who signed the certificate"),
    ],
)
def test_a_certificate_that_apt_refuses(
    tmp_path: Path,
    site: Path,
    authority: Authority,
    days: tuple[int, int],
    trusted: bool,
    meaning: str,
) -> None:
    mirror = put(tmp_path / "mirror", {"dists/s/InRelease": write_release(site, -1)})
    other = Authority(tmp_path / "other")
    with serve(mirror, authority.issue(*days)) as url:
        ca = authority.file if trusted else other.file
        said = update(tmp_path, url, ensure_repository_key(site), ca)
    assert meaning in explain_apt(said)


@with_apt
def test_a_certificate_for_somebody_else(tmp_path: Path, site: Path, authority: Authority) -> None:
    with serve(tmp_path, authority.issue(-2, 30, "elsewhere.example")) as url:
        said = update(tmp_path, url, ensure_repository_key(site), authority.file)
    assert "somebody else answers" in explain_apt(said)


@with_apt
def test_a_page_that_asks_for_a_login(tmp_path: Path, site: Path) -> None:
    with serve(tmp_path, everywhere=LOGIN) as url:
        said = update(tmp_path, url, ensure_repository_key(site))
    assert "a web page came instead of the archive" in explain_apt(said)


@with_apt
def test_an_archive_that_is_not_there(tmp_path: Path, site: Path) -> None:
    with serve(put(tmp_path / "empty", {"x": ""})) as url:
        said = update(tmp_path, url, ensure_repository_key(site))
    assert "no archive under that address" in explain_apt(said)


@with_apt
def test_a_key_that_is_not_there(tmp_path: Path, site: Path) -> None:
    mirror = put(tmp_path / "mirror", {"dists/s/InRelease": write_release(site, -1)})
    with serve(mirror) as url:
        said = update(tmp_path, url, ensure_repository_key(tmp_path / "another"))
    assert "the key that signs this archive" in explain_apt(said)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "make room"),
        ("dpkg: error: cannot copy: No space left on device", "make room"),
        ("W: Failed to fetch http://h/x  Temporary failure resolving 'h'", "resolv.conf"),
        ("E: Failed to fetch http://h/x.deb  404  Not Found [IP: 10.0.0.1 80]", "--upgrade"),
        ("File has unexpected size (9 != 12). Mirror sync in progress?", "being updated"),
        ("Failed to update apt cache: Sub-process /usr/bin/sqv returned an error code (1), error"
         " message is: Not live until 2027-01-01T00:00:00Z", CLOCK),
        ("dpkg returned an error code (1)", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_other_words(said: str, meaning: str) -> None:
    found = explain_apt(said)
    assert meaning in found
    assert bool(found) is bool(meaning)


@given(st.text())
def test_any_words_are_read(said: str) -> None:
    assert isinstance(explain_apt(said), str)
