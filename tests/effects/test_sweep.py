"""The roll call's script, run on this machine: it ends what carries the mark and nothing else."""

from __future__ import annotations

import os
import platform
import secrets
import subprocess
from pathlib import Path

import pytest

from podsys.effects.ssh import Command, Outcome
from podsys.effects.ssh.outcome import MARK
from podsys.effects.sweep import SCRIPT, _read

pytestmark = pytest.mark.skipif(platform.system() != "Linux", reason="reads /proc")


def run_script(mark: str, scratch: Path, patience: int = 2) -> list[str]:
    words = ["sh", "-s", f"{MARK}={mark}", str(patience), str(scratch)]
    done = subprocess.run(words, input=SCRIPT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def start(mark: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*words], env=os.environ | {MARK: mark})


def test_only_what_carries_the_mark_is_ended(tmp_path: Path) -> None:
    ours, others = secrets.token_hex(8), secrets.token_hex(8)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    left, kept = start(ours, "sleep", "987"), start(others, "sleep", "988")
    try:
        boot, *said = run_script(ours, scratch)
        assert boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        assert said == ["ended sleep 987 "]
        assert left.wait(timeout=10) == -15
        assert kept.poll() is None
        assert not scratch.exists()
    finally:
        kept.kill()
        kept.wait()


def test_what_does_not_listen_is_killed(tmp_path: Path) -> None:
    mark = secrets.token_hex(8)
    deaf = start(mark, "sh", "-c", "trap '' TERM; while :; do sleep 1; done")
    run_script(mark, tmp_path / "none", patience=1)
    assert deaf.wait(timeout=10) == -9


def test_a_marked_command_hands_the_mark_on() -> None:
    done = subprocess.run(
        ["sh", "-c", Command("exec env").marked("abc").text], capture_output=True, check=True
    )
    assert f"{MARK}=abc".encode() in done.stdout.splitlines()
    assert Command("true").marked("") == Command("true")


def test_an_answer_is_read_and_silence_is_no_answer() -> None:
    text = b"boot-1\nended iperf3 -s\nleft mpirun x\n"
    found = _read(Outcome("n1", 0, text, b""))
    assert (found.boot_id, found.ended, found.left) == ("boot-1", ("iperf3 -s",), ("mpirun x",))
    assert _read(Outcome("n1", None, b"", b"", "connection lost")).error == "connection lost"
    assert _read(Outcome("n1", 127, b"", b"")).error
