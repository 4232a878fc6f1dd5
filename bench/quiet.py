"""No command starts while the machine is still busy with the one before it."""

from __future__ import annotations

import time
from pathlib import Path

STAT = Path("/proc/stat")
PERIOD_S = 0.5
QUIET_SHARE = 0.15
# Twice in a row, so that a gap between two bursts is no peace.
IN_A_ROW = 2
PATIENCE_S = 30.0


def wait_until_quiet() -> None:
    """Until the processors do next to nothing; gives up after PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    quiet = 0
    before = read_times()
    while quiet < IN_A_ROW and time.monotonic() < deadline:
        time.sleep(PERIOD_S)
        after = read_times()
        quiet = quiet + 1 if busy_share(before, after) < QUIET_SHARE else 0
        before = after


def read_times() -> tuple[int, ...]:
    """Ticks of all processors: user, nice, system, idle, iowait, ..."""
    return tuple(map(int, STAT.read_text().split("\n", 1)[0].split()[1:]))


def busy_share(before: tuple[int, ...], after: tuple[int, ...]) -> float:
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return 1 - (spent[3] + spent[4]) / max(1, sum(spent[:8]))
