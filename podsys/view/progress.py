"""Live progress, per stage and node: a bar on a terminal, sparse lines when piped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from threading import Lock

from podsys.view.console import clean, err
from podsys.view.numbers import count

QUIET_SECONDS = 10.0  # between two lines of a piped stage in which nothing fails


class Progress:
    """What a command tells while it works. This one says nothing: for --json."""

    def stage(self, name: str, total: int | None = None, unit: str = "node") -> None:
        """A new stage begins; `total` is the number of nodes in it, when that is known.

        A stage that works on something else names that as its `unit`.
        """

    def node(self, name: str, problem: str = "") -> None:
        """One node is through the stage; `problem` says why it failed there."""

    def left(self, done: float, seconds: float, what: str) -> None:
        """How much of the stage is done, from 0 to 1, what is left, and what is at work."""

    def say(self, text: str) -> None:
        """A line worth keeping, in the words of whoever does the work."""

    def __call__(self, text: str) -> None:
        self.say(text)

    def end(self) -> None:
        """The stage is over."""


class CountingProgress(Progress):
    """Counts the nodes of the current stage; reports may come from many threads."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._lock = Lock()
        self._start("", None)

    def _start(self, name: str, total: int | None, unit: str = "node") -> None:
        self.name, self.total, self.unit = name, total, unit
        self.began = time.monotonic()
        self.done = self.failed = 0

    def stage(self, name: str, total: int | None = None, unit: str = "node") -> None:
        self.end()
        self._start(name, total, unit)

    def node(self, name: str, problem: str = "") -> None:
        with self._lock:
            self.done += 1
            self.failed += bool(problem)
        if problem:
            self.say(f"{self.name}: {name}: {problem}" if self.name else f"{name}: {problem}")

    def say(self, text: str) -> None:
        err().print(clean(f"{self.title}: {text}"), soft_wrap=True)

    def end(self) -> None:
        if self.name:
            self.say(self._summarise())
        self._start("", None)

    def _summarise(self) -> str:
        """A stage that did not reach all its nodes must not look like one that did."""
        seconds = f"{time.monotonic() - self.began:.1f} s"
        failed = f"{count(self.failed, self.unit)} failed, " if self.failed else ""
        if self.total is None:
            return f"{self.name}: {failed}{seconds}"
        return f"{self.name}: {self.done} of {count(self.total, self.unit)}, {failed}{seconds}"


class PipedProgress(CountingProgress):
    """A line when a stage begins and ends, for each failure, and now and then between."""

    def stage(self, name: str, total: int | None = None, unit: str = "node") -> None:
        super().stage(name, total, unit)
        self.say(f"{name} ..." if total is None else f"{name}: {count(total, unit)} ...")

    def node(self, name: str, problem: str = "") -> None:
        super().node(name, problem)
        if time.monotonic() - self._said > QUIET_SECONDS and self.done != self.total:
            self.say(self._summarise())

    def left(self, done: float, seconds: float, what: str) -> None:
        if time.monotonic() - self._said > QUIET_SECONDS:
            self.say(f"{self.name}: {what}, {done:.0%} done, {say_left(seconds)}")

    def say(self, text: str) -> None:
        self._said = time.monotonic()
        super().say(text)


def say_left(seconds: float) -> str:
    """Rounded up, as a promise should be."""
    if seconds < 90:
        return f"about {max(1, ceil(seconds))} s left"
    return f"about {ceil(seconds / 60)} min left"


@contextmanager
def progress(title: str, *, shown: bool = True) -> Iterator[Progress]:
    """`shown` is false with --json."""
    shower: Progress = Progress()
    if shown and err().is_terminal:
        from podsys.view.live import LiveProgress

        shower = LiveProgress(title)
    elif shown:
        shower = PipedProgress(title)
    try:
        yield shower
    finally:
        shower.end()
