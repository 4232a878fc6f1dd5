"""The node's kernel log as /dev/kmsg gives it: one record a line, oldest first.

A line is kept with the second since boot at which it was logged (`at_s`). One that only says
how old it is (`age_s`) gets its second when it is stamped, and keeps it from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from podsys.lab.hardware.files import Files
from podsys.lab.hardware.sysfs import State

# The numbers of syslog, by the words of `dmesg --level`.
LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")


def stamp_log(lines: Sequence[Mapping[str, Any]], uptime_s: float) -> list[dict[str, Any]]:
    """The log with a second for every line, in order of time; none is before the boot."""
    stamped = [
        {
            "at_s": line.get("at_s", max(0.0, uptime_s - float(line.get("age_s", 0)))),
            "level": line.get("level", "err"),
            "text": line["text"],
        }
        for line in lines
    ]
    return sorted(stamped, key=lambda line: float(line["at_s"]))


def kmsg_files(state: State) -> Files:
    records = (
        f"{level_number(line['level'])},{number},{round(line['at_s'] * 1e6)},-;{line['text']}\n"
        for number, line in enumerate(stamp_log(state["kmsg"], 0))
    )
    return {"/dev/kmsg": "".join(records).encode()}


def level_number(level: str | int) -> int:
    """A level by number or name; the kernel itself is facility 0."""
    return level if isinstance(level, int) else LEVELS.index(level)
