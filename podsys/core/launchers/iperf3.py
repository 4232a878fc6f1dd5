"""iperf3 between two nodes, as the two shell commands that measure one pair.

Both end by themselves whatever happens to the other end or to the admin's connection:
`timeout` bounds them on the node, and a server serves one client only.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

# How long a client knocks until its server is there; both start at the same moment.
KNOCK_S = 8
# What iperf3 needs beyond its measuring time to set up and to exchange results.
OVERHEAD_S = 6


@dataclass(frozen=True, slots=True)
class PairTest:
    """One pair measured both ways at once."""

    address: str
    port: int
    seconds: int

    @property
    def limit_s(self) -> int:
        return KNOCK_S + OVERHEAD_S + self.seconds

    def server_command(self) -> str:
        return f"exec timeout -k 2 {self.limit_s} {shlex.join(self._server_words())} >/dev/null"

    def client_command(self) -> str:
        """Knock until the server answers; only a failed connection is tried again.

        What iperf3 says decides: with -J it ends with 0 even when it could not connect.
        """
        once = f"timeout -k 2 {self.limit_s - KNOCK_S} {shlex.join(self._client_words())}"
        return (
            f"end=$(($(date +%s) + {KNOCK_S})); "
            f"while :; do found=$({once}); code=$?; "
            'case "$found" in *"unable to connect"*) ;; *) break ;; esac; '
            "[ $(date +%s) -lt $end ] || break; sleep 0.1; done; "
            'printf "%s" "$found"; exit $code'
        )

    def _server_words(self) -> list[str]:
        return ["iperf3", "-s", "-1", "-B", self.address, "-p", str(self.port)]

    def _client_words(self) -> list[str]:
        where = ["-c", self.address, "-p", str(self.port), "--connect-timeout", "3000"]
        return ["iperf3", *where, "--bidir", "-J", "-t", str(self.seconds)]
