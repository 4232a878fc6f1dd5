"""Bastions: one connection carries many nodes, each over a channel of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from podsys.effects.ssh.failure import LinkError, explain_failure
from podsys.effects.ssh.route import Route

if TYPE_CHECKING:
    import paramiko

CHANNELS = 64
# A bastion that just failed is not tried again for every single node behind it.
REMEMBER_S = 10.0


@dataclass
class _Bastion:
    """All that is open to one bastion; the lock also makes its connections one by one."""

    lock: Lock = field(default_factory=Lock)
    lines: list[tuple[paramiko.Transport, list[paramiko.Channel]]] = field(default_factory=list)
    failed: str = ""
    failed_at: float = 0.0


class Bastions:
    def __init__(self, connect: Callable[[Route, float], paramiko.Transport]) -> None:
        self._connect = connect
        self._lock = Lock()
        self._known: dict[Route, _Bastion] = {}

    def channel(
        self, hop: Route, to: tuple[str, int], limit: float, deadline: float
    ) -> paramiko.Channel:
        """A channel from `hop` to a node behind it."""
        with self._lock:
            bastion = self._known.setdefault(hop, _Bastion())
        if not bastion.lock.acquire(timeout=max(0.1, deadline - time.monotonic())):
            raise LinkError(f"the bastion {hop.target}: no answer within the time limit")
        try:
            transport, channels = self._line(hop, bastion, deadline)
        finally:
            bastion.lock.release()
        try:
            opened = transport.open_channel("direct-tcpip", to, ("127.0.0.1", 0), timeout=limit)
        except Exception as error:
            if transport.is_active():
                raise
            raise lost(hop) from error
        channels.append(opened)
        return opened

    def forget(self) -> None:
        with self._lock:
            self._known.clear()

    def _line(
        self, hop: Route, bastion: _Bastion, deadline: float
    ) -> tuple[paramiko.Transport, list[paramiko.Channel]]:
        bastion.lines = [line for line in bastion.lines if line[0].is_active()]
        for line in bastion.lines:
            line[1][:] = [channel for channel in line[1] if not channel.closed]
            if len(line[1]) < CHANNELS:
                return line
        if bastion.failed and time.monotonic() - bastion.failed_at < REMEMBER_S:
            raise LinkError(bastion.failed)
        try:
            made = (self._connect(hop, deadline), list[paramiko.Channel]())
        except Exception as error:
            bastion.failed = f"the bastion {hop.target}: {explain_failure(error)}"
            bastion.failed_at = time.monotonic()
            raise LinkError(bastion.failed) from error
        bastion.failed = ""
        bastion.lines.append(made)
        return made


def lost(hop: Route) -> LinkError:
    return LinkError(f"the bastion {hop.target} closed the connection")
