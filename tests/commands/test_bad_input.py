"""Bad input by the command line: exit code 2, every problem with its place, nothing touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
cluster: demo
nodes:
  n001: {address: 127.0.0.1}
  n002: {address: 127.0.0.2}
"""


def podsys(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "podsys.cli", *words],
        cwd=cwd,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        check=False,
    )


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("command", ["deploy", "init"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cluster: [x\n", ["cluster.yaml:", "not YAML"]),
        (GOOD + "monitring: {server: n001}\n", ["cluster.yaml:5:", "did you mean monitoring?"]),
        (GOOD + "  n001: {address: 127.0.0.3}\n", ["cluster.yaml:5:", "written twice", "line 3"]),
        (GOOD + "ssh: {port: many}\n", ["cluster.yaml:5:", "ssh.port", "integer"]),
        (GOOD + "accept: {seconds_per_pair: 0.5}\n", ["cluster.yaml:5:", "integer", "found 0.5"]),
        (GOOD + "release: {all: nvidia-580.17}\n", ["cluster.yaml:5:", "unknown release", "mean"]),
        (GOOD + "packages: {parts: maybe}\n", ["cluster.yaml:5:", "packages.parts", "none"]),
        ("nodes:\n  n1: {address: a}\n", ["missing key cluster"]),
        ("cluster: x\nnodes: {}\n", ["cluster.yaml:2:", "nodes"]),
        ("", ["expected keys and values"]),
        ("\x00\xff", ["cluster.yaml"]),
    ],
)
def test_a_bad_cluster_file(tmp_path, command, text, expected):
    (tmp_path / "cluster.yaml").write_bytes(text.encode("latin-1"))
    before = snapshot(tmp_path)
    done = podsys(command, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    for part in expected:
        assert part in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert snapshot(tmp_path) == before


def test_an_unknown_setting(tmp_path):
    (tmp_path / "cluster.yaml").write_text(GOOD + "settings: {disable: [swap.of]}\n")
    done = podsys("deploy", "--plan", cwd=tmp_path)
    assert done.returncode == 2
    assert "cluster.yaml:5:" in done.stderr
    assert "did you mean swap.off?" in done.stderr


def test_all_problems_at_once(tmp_path):
    text = GOOD + "ssh: {port: many, usr: x}\nprofile: gaming\nrolout: {}\n"
    text += "settings: {disable: [swap.of]}\n"
    (tmp_path / "cluster.yaml").write_text(text)
    done = podsys("deploy", cwd=tmp_path)
    assert done.returncode == 2
    for line, what in (
        (5, "ssh.port"),
        (5, "ssh.usr"),
        (6, "profile"),
        (7, "rolout"),
        (8, "swap.of"),
    ):
        assert f"cluster.yaml:{line}: " in done.stderr
        assert what in done.stderr


@pytest.mark.parametrize("command", ["deploy", "accept"])
def test_a_folder_without_init(tmp_path, command):
    done = podsys(command, cwd=tmp_path)
    assert done.returncode == 2
    assert "podsys init" in done.stderr
    assert snapshot(tmp_path) == {}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "--hosts"),
        (["--hosts", ""], "no hosts"),
        (["--hosts", "n[1-"], "n[001-032]"),
        (["--hosts", "n1", "--from", "x.csv"], "exclude each other"),
        (["--from", "none.csv"], "no such file"),
        (["--from", "empty.csv"], "name"),
        (["--from", "bad.csv"], "unknown column"),
        (["--from", "twice.csv"], "twice"),
        (["--from", "odd.csv"], "odd.csv: 'n 1' at '10.0.0.1'"),
        (["--hosts", "rack1/n1"], "'rack1/n1'"),
        (["--from", "junk.yaml"], "inventory"),
    ],
)
def test_bad_sources_of_hosts(tmp_path, words, expected):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "bad.csv").write_text("name,owner\nn1,me\n")
    (tmp_path / "twice.csv").write_text("name\nn1\nn1\n")
    (tmp_path / "odd.csv").write_text("name,address\nn 1,10.0.0.1\n")
    (tmp_path / "junk.yaml").write_text("a: [b\n")
    done = podsys("init", "site", *words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "site" / "cluster.yaml").exists()


def test_json_output_stays_empty_on_errors(tmp_path):
    done = podsys("deploy", "--json", "--plan", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""


def test_hosts_that_nobody_answers_for_are_kept_as_unreachable(tmp_path):
    """Also in a folder whose name is no name of a cluster."""
    done = podsys("init", "é site", "--hosts", "localhost", "--port", "1", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "unreachable" in done.stdout
    text = (tmp_path / "é site" / "cluster.yaml").read_text()
    assert "state: unreachable" in text
    again = podsys("init", "é site", cwd=tmp_path)
    assert again.returncode == 3
    assert (tmp_path / "é site" / "cluster.yaml").read_text() == text


def test_a_new_node_at_the_address_of_another_is_not_written(tmp_path):
    (tmp_path / "cluster.yaml").write_text(GOOD)
    (tmp_path / "more.csv").write_text("name,address\nn003,127.0.0.2\n")
    before = snapshot(tmp_path)
    done = podsys("init", "--from", "more.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "n002 and n003 have the same address 127.0.0.2" in done.stderr
    assert snapshot(tmp_path) == before
