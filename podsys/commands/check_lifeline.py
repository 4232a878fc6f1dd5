"""A run of checks ends with the podsys that started it, even if that was killed."""

from __future__ import annotations

import os
import signal
import time
from threading import Thread

from podsys.effects.suites import GRACE_S


def end_with_parent(lifeline: int) -> None:
    """`lifeline`: the reading end of a pipe into which nobody writes; it closes with the parent."""
    Thread(target=_wait, args=(lifeline,), name="lifeline", daemon=True).start()


def _wait(lifeline: int) -> None:
    """First ask, then insist: a signal that comes just before a long call does not end the call."""
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(GRACE_S)
    os.killpg(0, signal.SIGKILL)
