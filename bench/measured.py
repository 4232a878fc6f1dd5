"""Runs a command under measure.py, in a session of its own, so that none outlives the bench."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench.quiet import wait_until_quiet

MEASURE = Path(__file__).with_name("measure.py")
LAST_WORDS_S = 30.0


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command as somebody at a terminal would start it."""

    argv: list[str]
    cwd: Path
    env: dict[str, str] = field(default_factory=dict)
    stdin: Path = Path("/dev/null")


@dataclass(frozen=True, slots=True)
class Took:
    """What it took, and what it said."""

    code: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    tree_mib: float
    said: str


def measure(invocation: Invocation, log: Path) -> Took:
    log.parent.mkdir(parents=True, exist_ok=True)
    wait_until_quiet()
    numbers = log.with_suffix(".json")
    words = [sys.executable, "-IS", str(MEASURE), str(numbers), *invocation.argv]
    with log.open("w") as said, invocation.stdin.open("rb") as stdin:
        process = subprocess.Popen(
            words,
            cwd=invocation.cwd,
            env=clean_environment() | invocation.env,
            stdin=stdin,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait()
        except BaseException:
            stop(process)
            raise
    return Took(**json.loads(numbers.read_text()), said=log.read_text(errors="replace"))


def clean_environment() -> dict[str, str]:
    """What the tools get of ours; the virtual environment's programs come first."""
    kept = {k: v for k, v in os.environ.items() if k in ("HOME", "LANG", "USER", "TMPDIR")}
    bins = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    return kept | {"PATH": bins, "LC_ALL": "C.UTF-8"}


def stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(LAST_WORDS_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
