"""The bar of the stage that is running; finished stages stay above it as plain lines."""

from __future__ import annotations

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar
from rich.text import Text

from podsys.view.console import clean, err
from podsys.view.progress import CountingProgress, say_left

# A share of time: no count of nodes looks like it.
WHOLE = 1.0


class LiveProgress(CountingProgress):
    """One bar at a time, with the node that came last."""

    _bar: Bar | None = None

    def stage(self, name: str, total: int | None = None, unit: str = "node") -> None:
        super().stage(name, total, unit)
        self._bar = _make_bar()
        self._task = self._bar.add_task(clean(f"{self.title}: {name}"), total=total, last="")
        self._bar.start()

    def node(self, name: str, problem: str = "") -> None:
        super().node(name, problem)
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done, last=clean(name))

    def left(self, done: float, seconds: float, what: str) -> None:
        if self._bar is not None:
            last = f"{say_left(seconds)} · {what}"
            self._bar.update(self._task, total=WHOLE, completed=done * WHOLE, last=clean(last))

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar = None
        super().end()


class CountColumn(MofNCompleteColumn):
    """`3/4`; nothing where nobody knows of how many, or where time is counted."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total not in (None, WHOLE) else Text("")


def _make_bar() -> Bar:
    """Transient: its place is taken by the line that sums the stage up."""
    return Bar(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        CountColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}", markup=False, style="dim"),
        console=err(),
        transient=True,
    )
