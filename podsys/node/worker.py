"""One child process that draws tickets and does their tasks, until none is left."""

import os
import select
import time
from typing import Any, Callable, Dict, Optional, Sequence

from . import machine

# A task that takes longer than this no longer keeps the others waiting.
LATE_S = 0.25
# A killed process is gone at once unless it is stuck in the kernel, as on a dead disk.
BURIAL_S = 0.5
KILL = 9  # the module signal makes an enumeration of it, which takes its time
# A worker says lines: number of a task, one of these, seconds it took, and the answer's text.
BEGUN, DONE, FAILED = b":", b"=", b"!"
Answer = Dict[str, Any]
Prepare = Callable[[], Callable[[str], str]]


class Worker:
    """The parent's side of it."""

    def __init__(
        self, names: Sequence[str], prepare: Prepare, tickets: int, limit_s: float
    ) -> None:
        self.is_gone = False
        self.failure: Answer = {}
        self._names, self._limit_s = names, limit_s
        self._task, self._rest = "", b""
        self._since = time.monotonic()
        self.pipe, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _live(names, prepare, tickets, writer)
        os.close(writer)
        _lead_group(self._pid)

    @property
    def deadline(self) -> float:
        return self._since + self._limit_s

    @property
    def late_at(self) -> float:
        """Until its first task it does what any other worker would have to do as well."""
        return self._since + LATE_S if self._task else self.deadline

    def take(self) -> Dict[str, Answer]:
        """Answers since the last time, by task; a worker at its end or over time is ended."""
        answers: Dict[str, Answer] = {}
        if not select.select([self.pipe], [], [], 0)[0]:
            self._fail("no answer within %g s" % self._limit_s, answers)
            return answers
        part = os.read(self.pipe, 1 << 16)
        lines = (self._rest + part).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            self._hear(line, answers)
        if not part:
            self._fail("", answers)
        return answers

    def _hear(self, line: bytes, answers: Dict[str, Answer]) -> None:
        number, mark, seconds, text = line.split(b" ", 3)
        name = self._names[int(number)]
        if mark == BEGUN:
            self._task, self._since = name, time.monotonic()
        else:
            self._task = ""
            answers[name] = {"ok": mark == DONE, "text": text.decode(), "seconds": float(seconds)}

    def _fail(self, reason: str, answers: Dict[str, Answer]) -> None:
        """The task in hand fails with it; without one it is at its end, or fails them all."""
        status = self.end()
        seconds = round(time.monotonic() - self._since, 3)
        text = reason or "it died without an answer (wait status %s)" % status
        failure = {"ok": False, "text": text, "seconds": seconds}
        if self._task:
            answers[self._task] = failure
        elif status != 0:
            self.failure = failure

    def end(self) -> Optional[int]:
        """Kill it, with everything it has started; its wait status."""
        self.is_gone = True
        os.close(self.pipe)
        try:
            os.killpg(self._pid, KILL)
        except OSError:
            pass
        return _bury(self._pid)


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


def _live(names: Sequence[str], prepare: Prepare, tickets: int, writer: int) -> None:
    """The child's whole life; it never returns."""
    code = 1
    try:
        _lead_group(0)
        _let_go()
        machine.in_own_group = True
        do = prepare()
        said = b""
        for ticket in iter(lambda: os.read(tickets, 1), b""):
            _say(writer, said + b"%d %s 0 \n" % (ticket[0], BEGUN))
            said = b"%d %s\n" % (ticket[0], _answer(do, names[ticket[0]]))
        _say(writer, said)
        code = 0
    finally:
        os._exit(code)


def _let_go() -> None:
    """Whoever waits for the parent's last word must not wait for a child that cannot die."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in 0, 1, 2:
        os.dup2(nothing, stream)


def _answer(do: Callable[[str], str], name: str) -> bytes:
    started = time.monotonic()
    try:
        mark, text = DONE, do(name)
    except Exception as error:
        mark, text = FAILED, " ".join(str(error).split()) or type(error).__name__
    seconds = b"%.3f" % (time.monotonic() - started)
    return b" ".join((mark, seconds, text.encode("utf-8", "replace")))


def _say(writer: int, text: bytes) -> None:
    while text:
        text = text[os.write(writer, text) :]
