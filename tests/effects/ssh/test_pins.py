"""known_hosts as podsys keeps it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from podsys.effects.hostkeys import pin_host_keys
from podsys.effects.ssh.pins import Pins
from podsys.model.spec import Node
from tests.effects.ssh.small_sshd import HOST_KEY, login, small_sshd


def test_what_is_there_is_found_and_stays(tmp_path: Path) -> None:
    text = "# ours\n@cert-authority *.x ssh-rsa CA\nb,[c]:22 ssh-rsa B note\na ssh-ed25519 A\n"
    pins = Pins(text)
    assert dict(pins.of("b")) == dict(pins.of("[c]:22")) == {"ssh-rsa": "B"}
    assert not pins.of("*.x")
    assert pins.text().splitlines() == [
        "# ours", "@cert-authority *.x ssh-rsa CA",
        "[c]:22 ssh-rsa B", "a ssh-ed25519 A", "b ssh-rsa B",
    ]  # fmt: skip


def test_hashed_names_count(tmp_path: Path, key: Path) -> None:
    file = tmp_path / "known_hosts"
    public = Path(f"{key}.pub").read_text().rsplit(" ", 1)[0]
    file.write_text(f"gate {public}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True)
    assert "gate" not in file.read_text()
    assert Pins.load(file).of("gate") == {public.split()[0]: public.split()[1]}
    assert not Pins.load(file).of("other")


def test_new_machines_are_pinned_known_ones_are_not_asked(tmp_path: Path, key: Path) -> None:
    file, known = tmp_path / "known_hosts", "[127.0.0.2]:{port} ssh-ed25519 OLD"
    nodes = {f"n{i}": Node(address=f"127.0.0.{i}") for i in (1, 2)}
    with small_sshd(key) as sshd:
        file.write_text(known.format(port=sshd.port) + "\n")
        first = pin_host_keys(nodes, login(key, sshd.port), file)
        assert (first.new, first.failed, sshd.users) == (("n1",), {}, [])
        assert pin_host_keys(nodes, login(key, sshd.port), file).new == ()
        lines = file.read_text().splitlines()
    assert lines == [
        f"[127.0.0.1]:{sshd.port} {HOST_KEY.get_name()} {HOST_KEY.get_base64()}",
        known.format(port=sshd.port),
    ]
