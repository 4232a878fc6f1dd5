"""Stages on the clock, in a process of its own that has one core."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from podsys.cli import collect_rarely


@dataclass
class Clock:
    """Seconds of this process by stage, in their order: what else the machine does is not ours."""

    seconds: dict[str, float] = field(default_factory=dict)
    wall_s: float = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began, started = time.process_time(), time.perf_counter()
        yield
        self.wall_s += time.perf_counter() - started
        spent = time.process_time() - began
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 3)


def use_one_core() -> None:
    """And the garbage collector as the command line sets it."""
    collect_rarely()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def report(clock: Clock, **more: object) -> None:
    """The one line on standard output, for the process that asked."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = {
        "seconds": clock.seconds,
        "wall_s": round(clock.wall_s, 3),
        "peak_mb": round(peak),
        **more,
    }
    sys.stdout.write(json.dumps(row | more) + "\n")
