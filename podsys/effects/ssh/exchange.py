"""One command on one connection: input in, both outputs back, within time and size."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING

from podsys.effects.ssh.failure import LinkError
from podsys.effects.ssh.outcome import Command

if TYPE_CHECKING:
    import paramiko

OUTPUT_LIMIT = 32 << 20
CHUNK = 1 << 16
# Nothing rings when a node takes more input; only input beyond its window waits for that.
RETRY_S = 0.02


class _Bell(Event):
    """Rung by paramiko whenever something arrives; only its owner may silence it."""

    def clear(self) -> None:
        pass

    def silence(self) -> None:
        super().clear()


def exchange(
    channel: paramiko.Channel, command: Command, deadline: float
) -> tuple[int, bytes, bytes]:
    bell = _Bell()
    for buffer in (channel.in_buffer, channel.in_stderr_buffer):
        buffer.set_event(bell)
    channel.exec_command(command.text)
    channel.settimeout(0)
    unsent, out, err = memoryview(command.stdin), bytearray(), bytearray()
    if not unsent:
        channel.shutdown_write()
    while True:
        bell.silence()
        ended = channel.eof_received or channel.closed
        if unsent:
            unsent = _send(channel, unsent)
        _take(channel, out, err)
        if ended:
            return _exit_code(channel, deadline), bytes(out), bytes(err)
        left = _left(deadline)
        bell.wait(min(left, RETRY_S) if unsent else left)


def _send(channel: paramiko.Channel, unsent: memoryview) -> memoryview:
    """What is still to be sent; a command that ended without reading it all is no fault."""
    try:
        while unsent:
            unsent = unsent[channel.send(bytes(unsent[:CHUNK])) :]
    except TimeoutError:
        return unsent
    except OSError:
        return unsent[:0]
    with suppress(OSError):
        channel.shutdown_write()
    return unsent


def _take(channel: paramiko.Channel, out: bytearray, err: bytearray) -> None:
    while channel.recv_ready():
        out += channel.recv(CHUNK)
        _limit(out)
    while channel.recv_stderr_ready():
        err += channel.recv_stderr(CHUNK)
        _limit(err)


def _limit(stream: bytearray) -> None:
    if len(stream) > OUTPUT_LIMIT:
        raise LinkError(f"it sent more than {OUTPUT_LIMIT >> 20} MB of output and was cut off")


def _exit_code(channel: paramiko.Channel, deadline: float) -> int:
    """It may come after the end of the output."""
    if not channel.status_event.wait(_left(deadline)):
        raise TimeoutError
    transport = channel.get_transport()
    if channel.exit_status == -1 and not transport.is_active():
        raise EOFError
    return channel.exit_status


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
