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


@dataclass
class Clock:
    """Seconds of this process by stage, in their order: what else the machine does is not ours."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        spent = time.process_time() - began
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 3)


def use_one_core() -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def report(clock: Clock, **more: object) -> None:
    """The one line on standard output, for the process that asked."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = {"seconds": clock.seconds, "peak_mb": round(peak), **more}
    sys.stdout.write(json.dumps(row) + "\n")
