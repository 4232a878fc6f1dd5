"""Work done in children, each with its own time limit: what hangs costs itself only."""

import json
import os
import select
import signal
import time
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from . import machine

AT_ONCE = 4
# A killed process is gone at once unless it is stuck in the kernel, as on a dead disk.
BURIAL_S = 0.5
Task = Tuple[str, Callable[[], Any]]
Result = Dict[str, Any]


class Child:
    """A forked child that computes one result and writes it to a pipe as JSON."""

    def __init__(self, name: str, work: Callable[[], Any], limit_s: float) -> None:
        self.name = name
        self.started = time.monotonic()
        self.deadline = self.started + limit_s
        self.limit_s = limit_s
        self.answer = b""
        self.pipe, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            _compute(work, writer)
        os.close(writer)
        _lead_group(self.pid)

    def take(self) -> bool:
        """Read what is there; True at the end of the answer."""
        part = os.read(self.pipe, 1 << 16)
        self.answer += part
        return not part

    def end(self, killed: bool) -> Result:
        os.close(self.pipe)
        try:
            # What a section started in its group goes with it, also when it ended by itself.
            os.killpg(self.pid, signal.SIGKILL)
        except OSError:
            pass
        status = _bury(self.pid)
        seconds = round(time.monotonic() - self.started, 3)
        if killed:
            reason = "no answer within %g s" % self.limit_s
            return {"ok": False, "reason": reason, "seconds": seconds}
        try:
            return dict(json.loads(self.answer.decode()), seconds=seconds)
        except ValueError:
            reason = "it died without an answer (wait status %s)" % status
            return {"ok": False, "reason": reason, "seconds": seconds}


def run_all(tasks: Sequence[Task], limit_s: float) -> Dict[str, Result]:
    """Results by name: {ok, value, seconds} or {ok, reason, seconds}."""
    waiting = list(tasks)
    running: List[Child] = []
    results = {}
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            name, work = waiting.pop(0)
            running.append(Child(name, work, limit_s))
        for child, killed in _wait(running):
            results[child.name] = child.end(killed)
            running.remove(child)
    return results


def _wait(running: List[Child]) -> List[Tuple[Child, bool]]:
    """Children that are done, and those whose time is up."""
    patience = max(0.0, min(child.deadline for child in running) - time.monotonic())
    ready = select.select([child.pipe for child in running], [], [], patience)[0]
    done = [(child, False) for child in running if child.pipe in ready and child.take()]
    ended = [child for child, _ in done]
    late = [child for child in running if child not in ended and time.monotonic() >= child.deadline]
    return done + [(child, True) for child in late]


def _lead_group(pid: int) -> None:
    """Both sides do this, so that the group is there whoever runs first."""
    try:
        os.setpgid(pid, pid)
    except OSError:
        pass  # the child did it, or is gone already


def _bury(pid: int) -> Optional[int]:
    """Its wait status; None when it does not die: then nobody waits for it."""
    until = time.monotonic() + BURIAL_S
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        if time.monotonic() >= until:
            return None
        time.sleep(0.001)


def _compute(work: Callable[[], Any], writer: int) -> None:
    """The child's whole life; it never returns."""
    try:
        _lead_group(0)
        machine.in_own_group = True
        try:
            answer: Dict[str, Any] = {"ok": True, "value": work()}
        except Exception as error:
            answer = {"ok": False, "reason": str(error) or type(error).__name__}
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(json.dumps(answer).encode())
    finally:
        os._exit(0)
