"""A check that takes longer than it said is ended, and the next one begins."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from podsys.commands.check_marks import read_mark
from podsys.commands.check_session import CLUSTER

# Should a check catch the first alarm, another follows.
AGAIN_S = 5.0


class TookTooLongError(BaseException):
    """Not an Exception: whoever catches those must not catch this one."""


@contextmanager
def limit_check(item: pytest.Item) -> Iterator[None]:
    """Nothing is limited when checks run by hand without a cluster."""
    cluster = item.config.stash.get(CLUSTER, None)
    if cluster is None:
        yield
        return
    seconds = read_mark(item).forecast(cluster).at_most_s

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLongError(f"not done within its limit of {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
