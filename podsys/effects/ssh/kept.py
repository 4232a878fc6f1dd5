"""Connections kept for the next command, as many as are worth their thread and socket."""

from __future__ import annotations

import resource
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import paramiko

# Files of the process itself, with room for what a caller opens.
RESERVED_FILES = 96


def rooms(fan_out: int) -> tuple[int, int]:
    """How many nodes are talked to at once, and how many connections are kept besides."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 1 << 20 if soft == resource.RLIM_INFINITY else soft
    room = max(1, files - RESERVED_FILES)
    at_once = min(fan_out, room)
    return at_once, min(2 * fan_out, room - at_once)


def end(transport: paramiko.Transport) -> None:
    """One that runs over a bastion says goodbye to it, and the bastion may be gone."""
    with suppress(Exception):
        transport.close()


class Kept:
    """At most one a node; whoever takes it has it alone until it is given back."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._transports: dict[str, paramiko.Transport] = {}

    def take(self, node: str) -> paramiko.Transport | None:
        with self._lock:
            found = self._transports.pop(node, None)
        if found and not found.is_active():
            end(found)
            return None
        return found

    def give(self, node: str, transport: paramiko.Transport) -> None:
        with self._lock:
            fits = node not in self._transports and len(self._transports) < self._room
            if fits:
                self._transports[node] = transport
        if not fits:
            end(transport)

    def forget(self) -> None:
        with self._lock:
            self._transports.clear()
