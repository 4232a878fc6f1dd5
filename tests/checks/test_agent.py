"""The borrowed agent: holds the key while the job runs, and never longer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from podsys.effects.agent import lent_key
from podsys.effects.mpirun import ssh_argv
from podsys.errors import PodsysError
from podsys.model.spec import Ssh


def make_key(path: Path, passphrase: str = "") -> str:
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)]
    subprocess.run(words, check=True)
    return str(path)


def agents() -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if "podsys-agent-" in line]


def test_the_key_is_there_and_the_agent_ends_even_after_an_error(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    seen = ""

    def use() -> None:
        nonlocal seen
        with lent_key(key) as sock:
            listed = subprocess.run(
                ["ssh-add", "-L"],
                env={"SSH_AUTH_SOCK": sock},
                capture_output=True,
                text=True,
                check=True,
            )
            assert listed.stdout.split()[1] == Path(f"{key}.pub").read_text().split()[1]
            seen = sock
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    assert not Path(seen).exists()
    assert not [line for line in agents() if seen in line]


@pytest.mark.parametrize("passphrase", ["secret", None])
def test_a_locked_or_missing_key_is_refused_at_once(tmp_path: Path, passphrase: str | None) -> None:
    key = make_key(tmp_path / "key", passphrase) if passphrase else str(tmp_path / "none")
    with pytest.raises(PodsysError, match="ssh-add refuses"), lent_key(key):
        raise AssertionError("an agent without the key")


def test_without_a_key_the_own_agent_is_forwarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/my-agent")
    with lent_key(None) as sock:
        assert sock == "/run/my-agent"
    monkeypatch.delenv("SSH_AUTH_SOCK")
    with pytest.raises(PodsysError, match="no ssh key"), lent_key(None):
        raise AssertionError("no agent to lend")


def test_ssh_trusts_only_the_pinned_keys_also_through_a_bastion(tmp_path: Path) -> None:
    argv = ssh_argv(Ssh(jump="gate@bastion:2200"), "10.0.0.1", tmp_path / "known_hosts", "conf")
    assert "StrictHostKeyChecking=yes" in argv
    assert f"UserKnownHostsFile={tmp_path / 'known_hosts'}" in argv
    (proxy,) = [word for word in argv if word.startswith("ProxyCommand=")]
    assert "StrictHostKeyChecking=yes" in proxy
    assert f"UserKnownHostsFile={tmp_path / 'known_hosts'}" in proxy
    assert proxy.endswith("-p 2200 -W '[%h]:%p' gate@bastion")
