"""What a command took is measured from outside, and it leaves nothing running."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.measured import Invocation, measure, stop


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs tests is busy."""
    monkeypatch.setattr("bench.quiet.PATIENCE_S", 0.0)


def test_numbers_of_a_command(tmp_path: Path) -> None:
    program = "x = bytearray(50 << 20); print('hello')"
    took = measure(Invocation([sys.executable, "-c", program], tmp_path), tmp_path / "log")
    assert (took.code, took.said) == (0, "hello\n")
    assert 50 < took.peak_mib < 120
    assert 0 < took.cpu_s < took.wall_s * 4


def test_exit_code_and_input(tmp_path: Path) -> None:
    text = tmp_path / "in"
    text.write_text("7\n")
    words = [sys.executable, "-c", "import sys; sys.exit(int(input()))"]
    took = measure(Invocation(words, tmp_path, stdin=text), tmp_path / "log")
    assert took.code == 7


@pytest.mark.parametrize("program", ["import time; time.sleep(60)"])
def test_stop_ends_all_of_it(program: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", program], start_new_session=True, stderr=subprocess.DEVNULL
    )
    stop(process)
    assert process.returncode
