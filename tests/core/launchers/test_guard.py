"""The guard, run for real: time limit, exit code, and a session that goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from podsys.core.launchers.guard import guard


def run(command: str, limit_s: float = 20) -> subprocess.CompletedProcess[str]:
    words = ["sh", "-c", guard(command, limit_s)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_pid(file: Path) -> int:
    until = time.monotonic() + 10
    while not file.exists() or not file.read_text().strip():
        assert time.monotonic() < until
        time.sleep(0.02)
    return int(file.read_text())


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + 10
    while lives(pid):
        assert time.monotonic() < until, "it was left running"
        time.sleep(0.05)


@pytest.mark.parametrize("code", [0, 1, 75, 127])
def test_output_and_exit_code_are_the_commands_own(code: int) -> None:
    done = run(f"echo out; echo err >&2; exit {code}")
    assert (done.returncode, done.stdout, done.stderr) == (code, "out\n", "err\n")


def test_quotes_of_every_kind_arrive() -> None:
    assert run("""printf '%s|' "a b" 'c"d' '$HOME' "it's" """).stdout == "a b|c\"d|$HOME|it's|"


def test_what_hangs_ends_with_all_that_it_started(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    done = run(f"sleep 4321 & echo $! > {file}; wait", limit_s=0.5)
    assert done.returncode == 124
    wait_until_gone(int(file.read_text()))


def test_when_the_session_is_gone_the_command_goes_too(tmp_path: Path) -> None:
    """The parent stands for sshd's session: killed without a word to its children."""
    file = tmp_path / "pid"
    command = guard(f"echo $$ > {file}; sleep 4321", 60)
    session = subprocess.Popen(["sh", "-c", f"{command.removeprefix('exec ')} & wait"])
    child = wait_for_pid(file)
    os.kill(session.pid, signal.SIGKILL)
    session.wait()
    wait_until_gone(child)


def test_a_signal_to_the_guard_ends_the_command(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    process = subprocess.Popen(["sh", "-c", guard(f"echo $$ > {file}; sleep 4321", 60)])
    child = wait_for_pid(file)
    process.terminate()
    assert process.wait(15) == 143
    wait_until_gone(child)
