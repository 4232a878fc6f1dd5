"""Commands inside a virtual machine through its guest agent: no network and no sshd is needed.

One line of JSON each way (QEMU's qapi/qga): guest-exec starts, guest-exec-status tells.
"""

from __future__ import annotations

import base64
import json
import random
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# The environment of a fresh login.
CLEAN = ["-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
ANSWER_S = 20.0
PAUSE_S = 0.1


class SilentError(Exception):
    """Nobody answers on the agent's wire: the machine is off, boots, or hangs."""


class Agent:
    """A conversation; the wire carries one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(
        self, argv: Sequence[str], text: str, limit_s: float
    ) -> subprocess.CompletedProcess[str]:
        """SilentError when it does not begin, or has not ended within the limit."""
        with _connect(self._path) as wire:
            _greet(wire)
            given = {"input-data": base64.b64encode(text.encode()).decode()} if text else {}
            words = {"path": "/usr/bin/env", "arg": [*CLEAN, *argv], "capture-output": True}
            pid = _ask(wire, "guest-exec", **words, **given)["pid"]
            return _wait(wire, argv, pid, time.monotonic() + limit_s)


def wait_for_agent(path: Path, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while True:
        try:
            Agent(path).run(["true"], "", ANSWER_S)
        except SilentError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1.0)
        else:
            return


def _connect(path: Path) -> socket.socket:
    wire = socket.socket(socket.AF_UNIX)
    wire.settimeout(ANSWER_S)
    try:
        wire.connect(str(path))
    except OSError as error:
        wire.close()
        raise SilentError(str(error)) from error
    return wire


def _greet(wire: socket.socket) -> None:
    """What an earlier conversation left unread is thrown away until the answer to this comes."""
    number = random.randrange(1 << 31)  # noqa: S311 - a mark, not a secret
    _send(wire, "guest-sync", {"id": number})
    while _receive(wire) != number:
        continue


def _ask(wire: socket.socket, command: str, **arguments: Any) -> Any:
    _send(wire, command, arguments)
    return _receive(wire)


def _send(wire: socket.socket, command: str, arguments: dict[str, Any]) -> None:
    try:
        wire.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
    except OSError as error:
        raise SilentError(str(error)) from error


def _receive(wire: socket.socket) -> Any:
    """What a line returns; a line that is an error of an earlier conversation returns nothing."""
    line = b""
    while not line.endswith(b"\n"):
        try:
            part = wire.recv(65536)
        except OSError as error:
            raise SilentError(str(error) or "no answer") from error
        if not part:
            raise SilentError("the wire was cut")
        line += part
    try:
        return json.loads(line.lstrip(b"\xff")).get("return")
    except ValueError:
        return None


def _wait(
    wire: socket.socket, argv: Sequence[str], pid: int, deadline: float
) -> subprocess.CompletedProcess[str]:
    while time.monotonic() < deadline:
        told = _ask(wire, "guest-exec-status", pid=pid)
        if told["exited"]:
            out, err = (_text(told.get(name)) for name in ("out-data", "err-data"))
            code = told.get("exitcode", -told.get("signal", 1))
            return subprocess.CompletedProcess(list(argv), code, out, err)
        time.sleep(PAUSE_S)
    raise SilentError(f"{argv[0]} did not end")


def _text(data: str | None) -> str:
    return base64.b64decode(data or "").decode(errors="replace")
