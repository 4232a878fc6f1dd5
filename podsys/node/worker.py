"""One child process that does tasks, one after the other, as its parent names them."""

import json
import os
import time
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from . import machine

# A killed process is gone at once unless it is stuck in the kernel, as on a dead disk.
BURIAL_S = 0.5
KILL = 9  # the module signal makes an enumeration of it, which takes its time


class Worker:
    """Names of tasks go to it through one pipe, answers come back through another as JSON."""

    def __init__(self, tasks: Mapping[str, Callable[[], Any]], others: List["Worker"]) -> None:
        self.name = ""
        self.started = self.deadline = self.limit_s = 0.0
        self.is_gone = False
        self._answer = b""
        self._reason = ""
        orders, self._orders = os.pipe()
        self.answers, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            # Whoever holds the other end of its orders keeps it alive: only the parent may.
            for pipe in [self._orders, self.answers] + [p for w in others for p in w.pipes]:
                os.close(pipe)
            _work(tasks, orders, writer)
        os.close(orders)
        os.close(writer)
        _lead_group(self._pid)

    @property
    def pipes(self) -> List[int]:
        return [self._orders, self.answers]

    @property
    def is_idle(self) -> bool:
        return not self.name

    def give(self, name: str, limit_s: float) -> None:
        self.name, self.limit_s, self._answer, self._reason = name, limit_s, b"", ""
        self.started = time.monotonic()
        self.deadline = self.started + limit_s
        os.write(self._orders, name.encode() + b"\n")

    def take(self) -> bool:
        """Read what is there; True at the end of the answer."""
        part = os.read(self.answers, 1 << 16)
        self._answer += part
        if not part:
            self.end()
        return not part or self._answer.endswith(b"\n")

    def result(self) -> Tuple[str, Dict[str, Any]]:
        """The task that has ended, and what came of it; the worker is idle again."""
        name, self.name = self.name, ""
        seconds = round(time.monotonic() - self.started, 3)
        if self._reason:
            return name, {"ok": False, "reason": self._reason, "seconds": seconds}
        return name, dict(json.loads(self._answer.decode()), seconds=seconds)

    def end(self, reason: str = "") -> None:
        """Kill it, with everything it has started."""
        for pipe in self.pipes:
            os.close(pipe)
        try:
            os.killpg(self._pid, KILL)
        except OSError:
            pass
        status = _bury(self._pid)
        self.is_gone = True
        self._reason = reason or "it died without an answer (wait status %s)" % status


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


def _work(tasks: Mapping[str, Callable[[], Any]], orders: int, writer: int) -> None:
    """The child's whole life; it never returns."""
    try:
        _lead_group(0)
        machine.in_own_group = True
        with os.fdopen(orders) as names, os.fdopen(writer, "wb") as pipe:
            for line in iter(names.readline, ""):
                pipe.write(_answer(tasks[line[:-1]]).encode() + b"\n")
                pipe.flush()
    finally:
        os._exit(0)


def _answer(task: Callable[[], Any]) -> str:
    try:
        return json.dumps({"ok": True, "value": task()})
    except Exception as error:
        return json.dumps({"ok": False, "reason": str(error) or type(error).__name__})
