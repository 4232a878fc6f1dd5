"""Run suites of active checks: pytest as a process of its own, and the lines it wrote."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from podsys.effects.check_file import Follower, Line, read_lines

PLUGIN = "podsys.commands.check_plugin"
# Long enough for pytest to end its connections, short enough for somebody who waits.
GRACE_S = 5.0
# Python and the checks must be loaded before they can say how long they take.
LOADING_S = 120.0
BEAT_S = 0.1

Hear = Callable[[Sequence[Line]], None]
"""Called at every beat with the lines that are new, mostly none."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What to run; an empty `nodes` means all nodes of the workspace that are ready.

    `timeout_s`: seconds for all of it; none: what the checks themselves say that they take at
    most. `mark` is carried by every command on a node. `carried`: lines of an earlier run that
    still hold. `plan_only` announces what would run.
    """

    paths: Sequence[Path]
    workspace: Path
    nodes: Sequence[str]
    level: int
    findings_file: Path
    timeout_s: float | None = None
    line_rate_gbps: float | None = None
    mark: str = ""
    carried: Path | None = None
    plan_only: bool = False


def run_suites(
    run: SuiteRun, hear: Hear, should_stop: Callable[[], bool] = lambda: False
) -> list[Line]:
    """The lines of the run; whatever it planned and did not report is added as unknown."""
    run.findings_file.unlink(missing_ok=True)
    theirs, ours = os.pipe()
    process = subprocess.Popen(
        [*_argv(run), "--lifeline", str(theirs)],
        pass_fds=[theirs],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    os.close(theirs)
    said: deque[str] = deque(maxlen=40)
    reader = Thread(target=_listen, args=(process, said), daemon=True)
    reader.start()
    follower = Follower(run.findings_file)
    try:
        reason = _wait(process, follower, run.timeout_s, hear, should_stop)
    finally:
        _end(process)
        os.close(ours)
        reader.join(GRACE_S)
    hear(follower.fresh())
    lines = read_lines(run.findings_file)
    return [*lines, *find_unreported(lines, reason or _last_words(process, said))]


def find_unreported(lines: Sequence[Line], reason: str) -> list[Line]:
    """Unknown outcomes for all that was planned and never came; for everything, if need be."""
    planned = [
        entry for line in lines if line.get("type") == "started" for entry in line["planned"]
    ]
    done = {(o["check"], tuple(o["nodes"])) for o in lines if o.get("type") == "outcome"}
    missing = [entry for entry in planned if (entry["check"], tuple(entry["nodes"])) not in done]
    finished = any(line.get("type") == "finished" for line in lines)
    kept = any(line.get("carried") for line in lines)
    if not missing and (not finished or not (planned or kept)):
        missing = [{"check": "checks.run", "suite": "checks", "nodes": []}]
    return [_unreported(entry, reason) for entry in missing]


def _unreported(entry: Line, reason: str) -> Line:
    about = {key: entry[key] for key in ("check", "suite", "nodes")}
    return {
        "type": "outcome",
        **about,
        "status": "unknown",
        "evidence": f"did not report: {reason}",
    }


def _argv(run: SuiteRun) -> list[str]:
    nodes = ["--nodes", ",".join(run.nodes)] if run.nodes else []
    rate = ["--line-rate", str(run.line_rate_gbps)] if run.line_rate_gbps else []
    folders = (path if path.is_dir() else path.parent for path in run.paths)
    root = os.path.commonpath([str(folder.resolve()) for folder in folders])
    return [
        sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider",
        # Its `host` would connect on its own, without pinned keys; ours takes its place.
        "-p", "no:pytest11.testinfra", "-q", "--continue-on-collection-errors",
        "-c", os.devnull, "--rootdir", root, "--import-mode", "importlib",
        "--workspace", str(run.workspace), *nodes, *rate,
        *(["--mark-commands", run.mark] if run.mark else []),
        *(["--carried", str(run.carried)] if run.carried else []),
        *(["--collect-only"] if run.plan_only else []),
        "--level", str(run.level), "--findings", str(run.findings_file),
        *(str(path) for path in run.paths),
    ]  # fmt: skip


def _listen(process: subprocess.Popen[str], said: deque[str]) -> None:
    """pytest's own words are only of use when it dies."""
    assert process.stdout
    said.extend(line.rstrip() for line in process.stdout if line.strip())


def _wait(
    process: subprocess.Popen[str],
    follower: Follower,
    timeout_s: float | None,
    hear: Hear,
    should_stop: Callable[[], bool],
) -> str:
    """Why the run was ended early; "" when it ended by itself."""
    limit = time.monotonic() + (timeout_s or LOADING_S)
    while process.poll() is None:
        lines = follower.fresh()
        if timeout_s is None:
            limit = max(limit, time.monotonic() + _sum_limits(lines))
        hear(lines)
        if should_stop():
            return "the run was interrupted"
        if time.monotonic() > limit:
            return "the run took longer than its time limit"
        time.sleep(BEAT_S)
    return ""


def _sum_limits(lines: Iterable[Line]) -> float:
    """Seconds that all announced checks take at most; 0 when nothing was announced."""
    planned = [one for line in lines if line.get("type") == "started" for one in line["planned"]]
    return sum(one["at_most_s"] for one in planned) + GRACE_S if planned else 0.0


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
