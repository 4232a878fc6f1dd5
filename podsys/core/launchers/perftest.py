"""perftest (ib_write_bw) between two nodes, on all their rails at once.

A rail is a NIC's RDMA device; like is measured with like. The two ends find each other over the
nodes' usual addresses. Each test ends by itself, and so does the whole command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from podsys.core.launchers.guard import guard
from podsys.core.launchers.node_tool import ABSENT_CODE

PROGRAM = "ib_write_bw"
SIZE = 8388608
# How long a client knocks until its server is there; both start at the same moment.
KNOCK_S = 8
OVERHEAD_S = 10
_SECTION = re.compile(r"(?m)^#podsys rail (\S+)\n")


@dataclass(frozen=True, slots=True)
class RailTest:
    """`rails`: devices that both ends have; `port` is the first of as many TCP ports."""

    address: str
    port: int
    seconds: int
    rails: Sequence[str]

    @property
    def limit_s(self) -> int:
        return KNOCK_S + OVERHEAD_S + self.seconds

    def server_command(self) -> str:
        return self._together(self._words(rail, number) for number, rail in enumerate(self.rails))

    def client_command(self) -> str:
        return self._together(
            knock(self._words(rail, number) + f" {shlex.quote(self.address)}")
            for number, rail in enumerate(self.rails)
        )

    def _words(self, rail: str, number: int) -> str:
        return shlex.join(perftest_words(rail, self.port + number, self.seconds))

    def _together(self, commands: Iterator[str]) -> str:
        """All rails at once, and then what each said, under its name."""
        absent = f"{{ echo 'not installed: {PROGRAM} (perftest)' >&2; exit {ABSENT_CODE}; }}"
        head = f"command -v {PROGRAM} >/dev/null || {absent}; "
        head += "dir=$(mktemp -d) && trap 'rm -rf $dir' EXIT; trap 'exit 143' TERM; "
        started = "".join(f"{{ {one}; }} >$dir/{n} 2>&1 & " for n, one in enumerate(commands))
        said = "".join(
            f"echo '#podsys rail {rail}'; cat $dir/{n}; " for n, rail in enumerate(self.rails)
        )
        return guard(f"{head}{started}wait; {said}", self.limit_s)


def perftest_words(rail: str, port: int, seconds: int) -> list[str]:
    words = [PROGRAM, "-d", rail, "-p", str(port), "-s", str(SIZE)]
    return [*words, "-F", "-D", str(seconds), "--report_gbits"]


def knock(once: str) -> str:
    """What a client says; only a failed connection is tried again."""
    return (
        f"end=$(($(date +%s) + {KNOCK_S})); while :; do found=$({once} 2>&1); code=$?; "
        "case $found in *\"Couldn't connect\"*|*'Unable to connect'*) ;; *) break ;; esac; "
        '[ $(date +%s) -lt $end ] || break; sleep 0.2; done; printf "%s\\n" "$found"; (exit $code)'
    )


def split_rails(text: str) -> dict[str, str]:
    """What each rail's test printed."""
    parts = _SECTION.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
