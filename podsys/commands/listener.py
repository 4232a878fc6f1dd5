"""Turns the lines of a run of checks, as they are written, into what people see."""

from __future__ import annotations

import time
from collections.abc import Iterable

from podsys.commands.context import Context
from podsys.core.outlook import Line, Outlook, read_planned
from podsys.view.accept_plan import show_accept_plan


class Listener:
    """The plan before anything is measured, then words and time left."""

    def __init__(self, context: Context) -> None:
        self._watch, self._context = context.watch, context
        self._outlook = Outlook()

    def __call__(self, lines: Iterable[Line]) -> None:
        now = time.monotonic()
        for line in lines:
            self._outlook.take(line, now)
            if line.get("type") == "started":
                self._begin(line)
            elif line.get("type") == "said":
                self._watch.say(str(line["text"]))
        if self._outlook.at_work:
            done, left = self._outlook.share_done(now), self._outlook.left_s(now)
            self._watch.left(done, left, self._outlook.at_work)

    def _begin(self, line: Line) -> None:
        self._watch.end()
        if not self._context.quiet:
            show_accept_plan(read_planned([line]), self._context.level)
        self._watch.stage("measure")
