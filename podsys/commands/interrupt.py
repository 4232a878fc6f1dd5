"""Ctrl-C once: end in order, keep what was found. Twice: end now."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from types import FrameType


@contextmanager
def stop_flag() -> Iterator[Flag]:
    """A flag that Ctrl-C and SIGTERM set; the second signal raises KeyboardInterrupt."""
    flag = Flag()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()

    before = {s: signal.signal(s, ask_to_stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
