"""Run suites of active checks: pytest as a process of its own, and the lines it wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

PLUGIN = "podsys.commands.check_plugin"
SAY_PREFIX = "podsys: "
# Long enough for pytest to end its connections, short enough for somebody who waits.
GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What to run; an empty `nodes` means all nodes of the workspace that are ready."""

    paths: Sequence[Path]
    workspace: Path
    nodes: Sequence[str]
    level: int
    findings_file: Path
    timeout_s: float
    line_rate_gbps: float | None = None


def run_suites(
    run: SuiteRun,
    report: Callable[[str], None],
    should_stop: Callable[[], bool] = lambda: False,
) -> list[dict[str, Any]]:
    """The lines of the run; whatever it planned and did not report is added as unknown."""
    run.findings_file.unlink(missing_ok=True)
    process = subprocess.Popen(
        _argv(run),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    said: deque[str] = deque(maxlen=40)
    reader = Thread(target=_follow, args=(process, report, said), daemon=True)
    reader.start()
    try:
        reason = _wait(process, time.monotonic() + run.timeout_s, should_stop)
    finally:
        _end(process)
        reader.join(GRACE_S)
    lines = read_lines(run.findings_file)
    return [*lines, *find_unreported(lines, reason or _last_words(process, said))]


def read_lines(file: Path) -> list[dict[str, Any]]:
    """A line cut off by a crash is no line."""
    found: list[dict[str, Any]] = []
    if file.is_file():
        for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict):
                    found.append(line)
    return found


def find_unreported(lines: Sequence[dict[str, Any]], reason: str) -> list[dict[str, Any]]:
    """Unknown outcomes for all that was planned and never came; for everything, if need be."""
    planned = [
        entry for line in lines if line.get("type") == "started" for entry in line["planned"]
    ]
    done = {(o["check"], tuple(o["nodes"])) for o in lines if o.get("type") == "outcome"}
    missing = [entry for entry in planned if (entry["check"], tuple(entry["nodes"])) not in done]
    finished = any(line.get("type") == "finished" for line in lines)
    if not missing and (not finished or not planned):
        missing = [{"check": "checks.run", "suite": "checks", "nodes": []}]
    return [
        {
            "type": "outcome",
            **entry,
            "status": "unknown",
            "evidence": f"did not report: {reason}",
        }
        for entry in missing
    ]


def _argv(run: SuiteRun) -> list[str]:
    nodes = ["--nodes", ",".join(run.nodes)] if run.nodes else []
    rate = ["--line-rate", str(run.line_rate_gbps)] if run.line_rate_gbps else []
    root = os.path.commonpath([str(path.resolve()) for path in run.paths])
    return [
        sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider",
        # Its `host` would connect on its own, without pinned keys; ours takes its place.
        "-p", "no:pytest11.testinfra", "-q", "--continue-on-collection-errors",
        "-c", os.devnull, "--rootdir", root, "--import-mode", "importlib",
        "--workspace", str(run.workspace), *nodes, *rate,
        "--level", str(run.level), "--findings", str(run.findings_file),
        *(str(path) for path in run.paths),
    ]  # fmt: skip


def _follow(
    process: subprocess.Popen[str], report: Callable[[str], None], said: deque[str]
) -> None:
    assert process.stdout
    for line in process.stdout:
        before, spoken, text = line.rstrip().partition(SAY_PREFIX)
        if spoken:
            report(text)
        elif before:
            said.append(before)


def _wait(process: subprocess.Popen[str], deadline: float, should_stop: Callable[[], bool]) -> str:
    """Why the run was ended early; "" when it ended by itself."""
    while process.poll() is None:
        if should_stop():
            return "the run was interrupted"
        if time.monotonic() > deadline:
            return "the run took longer than its time limit"
        time.sleep(0.1)
    return ""


def _end(process: subprocess.Popen[str]) -> None:
    """First ask, then insist; the group takes everything along that the run has started."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is not None:
            break
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last_words(process: subprocess.Popen[str], said: Sequence[str]) -> str:
    tail = " | ".join(list(said)[-3:])
    return f"the run ended with code {process.returncode}: {tail}"
