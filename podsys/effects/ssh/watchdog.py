"""Ends what is over its time: paramiko has calls that wait for ever, and closing ends them all."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Condition, Thread


class Watchdog:
    """One thread for a whole fleet; it lives while something is watched."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._open: set[int] = set()
        self._numbers = count()
        self._changed = Condition()
        self._awake = False

    @contextmanager
    def until(self, deadline: float, cut: Callable[[], object]) -> Iterator[None]:
        with self._changed:
            number = next(self._numbers)
            self._open.add(number)
            heapq.heappush(self._due, (deadline, number, cut))
            if not self._awake:
                self._awake = True
                Thread(target=self._watch, name="ssh-limits", daemon=True).start()
        try:
            yield
        finally:
            with self._changed:
                self._open.discard(number)
                if not self._open:
                    self._due.clear()
                    self._changed.notify()

    def _watch(self) -> None:
        while True:
            with self._changed:
                if not self._due:
                    self._awake = False
                    return
                deadline, number, cut = self._due[0]
                left = deadline - time.monotonic()
                if number in self._open and left > 0:
                    self._changed.wait(min(left, 1.0))
                    continue
                heapq.heappop(self._due)
                overdue = number in self._open
            if overdue:
                cut()
