"""Jobs on several nodes at once, by a pretended ssh: each has its own outcome and its limit."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from podsys.effects.mpirun import run_job, run_jobs
from podsys.model.spec import Ssh


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ssh:
    """Runs the command here and says where it should have run."""
    program = tmp_path / "ssh"
    program.write_text(
        "#!/bin/sh\n"
        "for word; do before=$last; last=$word; done\n"
        'echo "$before" >&2; exec sh -c "$last"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    (tmp_path / "config").touch()
    return Ssh(user="root", config=str(tmp_path / "config"))


def test_each_job_has_its_own_outcome(ssh: Ssh, tmp_path: Path) -> None:
    commands = {"10.0.0.1": "echo one", "10.0.0.2": "echo two; exit 3"}
    found = run_jobs(ssh, tmp_path / "known_hosts", commands, 30)
    assert {address: (one.code, one.stdout) for address, one in found.items()} == {
        "10.0.0.1": (0, "one\n"),
        "10.0.0.2": (3, "two\n"),
    }
    assert found["10.0.0.2"].stderr == "root@10.0.0.2\n"


def test_they_run_at_the_same_time(ssh: Ssh, tmp_path: Path) -> None:
    """Each waits for the other's sign, so that one after the other would end at the limit."""
    commands = {
        name: f"touch {tmp_path}/{name}; until [ -e {tmp_path}/{other} ]; do sleep 0.01; done"
        for name, other in (("a", "b"), ("b", "a"))
    }
    found = run_jobs(ssh, tmp_path / "known_hosts", commands, 30)
    assert [one.code for one in found.values()] == [0, 0]


def test_a_job_beyond_its_limit_is_no_result(ssh: Ssh, tmp_path: Path) -> None:
    began = time.monotonic()
    found = run_job(ssh, "10.0.0.1", tmp_path / "known_hosts", "exec sleep 60", 0.2)
    assert found.error == "no answer within the time limit"
    assert time.monotonic() - began < 30
