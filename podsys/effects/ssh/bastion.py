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
class _Line:
    """One connection to a bastion, and what runs over it."""

    transport: paramiko.Transport
    channels: list[paramiko.Channel] = field(default_factory=list)
    opening: int = 0

    def has_room(self) -> bool:
        self.channels = [channel for channel in self.channels if not channel.closed]
        return len(self.channels) + self.opening < CHANNELS


@dataclass
class _Bastion:
    """All that is open to one bastion; the lock also makes its connections one by one."""

    lock: Lock = field(default_factory=Lock)
    lines: list[_Line] = field(default_factory=list)
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
            line = self._line(hop, bastion, deadline)
            line.opening += 1
        finally:
            bastion.lock.release()
        opened: paramiko.Channel | None = None
        try:
            opened = _open(line.transport, to, limit, hop)
        finally:
            with bastion.lock:
                line.opening -= 1
                line.channels += [opened] if opened else []
        return opened

    def forget(self) -> None:
        with self._lock:
            self._known.clear()

    def _line(self, hop: Route, bastion: _Bastion, deadline: float) -> _Line:
        bastion.lines = [line for line in bastion.lines if line.transport.is_active()]
        for line in bastion.lines:
            if line.has_room():
                return line
        if bastion.failed and time.monotonic() - bastion.failed_at < REMEMBER_S:
            raise LinkError(bastion.failed)
        try:
            transport = self._connect(hop, deadline)
        except Exception as error:
            told = explain_failure(error)
            of_itself = told.startswith("the bastion")
            bastion.failed = told if of_itself else f"the bastion {hop.target}: {told}"
            bastion.failed_at = time.monotonic()
            raise LinkError(bastion.failed) from error
        bastion.failed = ""
        bastion.lines.append(_Line(transport))
        return bastion.lines[-1]


def _open(
    transport: paramiko.Transport, to: tuple[str, int], limit: float, hop: Route
) -> paramiko.Channel:
    try:
        return transport.open_channel("direct-tcpip", to, ("127.0.0.1", 0), timeout=limit)
    except Exception as error:
        if not transport.is_active() or "Unable to open" in str(error):
            raise lost(hop) from error
        raise


def lost(hop: Route) -> LinkError:
    return LinkError(f"the bastion {hop.target} closed the connection")
