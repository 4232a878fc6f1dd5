"""Keys: files once a fleet, certificates with them, an agent where it is needed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from podsys.effects.agent import lent_key
from podsys.effects.ssh import Fleet
from podsys.model.spec import Node, Ssh
from tests.effects.ssh.small_sshd import small_sshd


def run(sshd, tmp_path: Path, **ssh: object):
    (tmp_path / "known_hosts").write_text(sshd.pin())
    asked = Ssh.model_validate({"user": "me", "port": sshd.port, **ssh})
    with Fleet(asked, {"n1": Node(address="127.0.0.1")}, tmp_path / "known_hosts") as fleet:
        return fleet.run("n1", "true", 20)


def lock(key: Path, tmp_path: Path) -> Path:
    """The same key with a passphrase."""
    locked = tmp_path / "locked"
    locked.write_bytes(key.read_bytes())
    locked.chmod(0o600)
    Path(f"{locked}.pub").write_text(Path(f"{key}.pub").read_text())
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret", "-f", str(locked)], check=True)
    return locked


def test_the_usual_keys_are_found(key, home, tmp_path):
    (home / ".ssh/id_ed25519").symlink_to(key)
    with small_sshd(key) as sshd:
        assert run(sshd, tmp_path).ok


def test_an_agent_serves_without_a_key_and_for_a_locked_one(key, tmp_path, monkeypatch):
    locked = lock(key, tmp_path)
    with small_sshd(key) as sshd:
        assert "ssh-copy-id" in run(sshd, tmp_path, key=str(locked)).error
        with lent_key(str(key)) as sock:
            monkeypatch.setenv("SSH_AUTH_SOCK", sock)
            assert run(sshd, tmp_path).ok
            assert run(sshd, tmp_path, key=str(locked)).ok


def test_an_agent_is_not_asked_where_a_key_is_given(key, tmp_path, monkeypatch):
    monkeypatch.setenv("SSH_AUTH_SOCK", f"/proc/{os.getpid()}/root/no/agent")
    monkeypatch.setattr("podsys.effects.ssh.keyring._agent_keys", lambda _: pytest.fail("asked"))
    with small_sshd(key) as sshd:
        assert run(sshd, tmp_path, key=str(key)).ok


def test_a_file_that_is_no_key_or_not_there_is_named(key, tmp_path):
    (tmp_path / "junk").write_text("no key\n")
    with small_sshd(key) as sshd:
        assert f"ssh key {tmp_path}/junk" in run(sshd, tmp_path, key=f"{tmp_path}/junk").error
        assert "/none: not there" in run(sshd, tmp_path, key=f"{tmp_path}/none").error
