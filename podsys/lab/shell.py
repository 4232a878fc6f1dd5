"""Starts the host's tools, and turns their failures into errors for people."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import podsys
from podsys.errors import ExitCode, PodsysError
from podsys.lab.types import Report

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def tool_env() -> dict[str, str]:
    """The environment for tools: the system's paths, and one language to read answers in."""
    return {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}", "LC_ALL": "C"}


def run(
    argv: Sequence[str | Path], *, text: str = "", check: bool = True, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a tool; with `check`, its failure is an error that quotes it."""
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(
            words,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=tool_env(),
        )
    except subprocess.TimeoutExpired as error:
        raise failure(words, f"no end after {timeout:.0f} s") from error
    except FileNotFoundError as error:
        raise failure(words, "no such program") from error
    if check and done.returncode != 0:
        raise failure(words, (done.stderr or done.stdout).strip())
    return done


def follow(argv: Sequence[str | Path], report: Report) -> None:
    """Run a long tool, and pass on what it says about its progress (lines that start `I: `)."""
    words = [str(word) for word in argv]
    said: list[str] = []
    with subprocess.Popen(
        words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=tool_env()
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line.strip())
            if line.startswith("I: ") and "success" not in line:
                report(f"  {line[3:].strip()}")
    if process.returncode != 0:
        raise failure(words, " / ".join(said[-5:]))


def failure(words: Sequence[str], why: str) -> PodsysError:
    """The error for a tool that failed."""
    return PodsysError(
        f"`{shlex.join(words)}` failed: {why}",
        "`podsys lab down` removes what is there; then try `podsys lab up` again.",
        ExitCode.FAILED,
    )


def python_env() -> dict[str, str]:
    """The environment in which this Python finds this podsys, whoever starts it: PODSYS_PYTHON
    is for shell scripts that do."""
    package = Path(podsys.__file__).parent.parent
    path = f"{package}:{os.environ.get('PYTHONPATH', '')}"
    return {"PYTHONPATH": path, "PODSYS_PYTHON": sys.executable}


def start_daemon(argv: Sequence[str | Path], log: Path) -> None:
    """Start a process that outlives this one and is nobody's child."""
    with log.open("ab") as out:
        subprocess.run(
            ["setsid", "--fork", *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=True,
            cwd="/",
            env=tool_env() | python_env(),
        )
