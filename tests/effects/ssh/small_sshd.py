"""A small SSH server in this process, for what no real one does when asked: hang, flood, die."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import paramiko

from podsys.model.spec import Ssh

HOST_KEY = paramiko.ECDSAKey.generate()


@dataclass
class SmallSshd(paramiko.ServerInterface):
    """Runs commands in a shell of this machine, and forwards as a bastion does."""

    user_key: str
    slow_login_s: float = 0
    socket: socket.socket = field(default_factory=lambda: socket.create_server(("", 0)))
    users: list[str] = field(default_factory=list)
    transports: list[paramiko.Transport] = field(default_factory=list)
    forwarded: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = int(self.socket.getsockname()[1])

    @property
    def alive(self) -> list[paramiko.Transport]:
        return [transport for transport in self.transports if transport.is_active()]

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                transport = paramiko.Transport(self.socket.accept()[0])
                transport.add_server_key(HOST_KEY)
                self.transports.append(transport)
                transport.start_server(Event(), _Session(self, transport))  # without waiting

    def hang_up(self) -> None:
        for transport in self.transports:
            with suppress(EOFError):
                transport.close()

    def listen_no_more(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # close alone leaves accept() waiting
        self.socket.close()

    def pin(self) -> str:
        return f"[127.0.0.1]:{self.port} {HOST_KEY.get_name()} {HOST_KEY.get_base64()}\n"


class _Session(paramiko.ServerInterface):
    def __init__(self, sshd: SmallSshd, transport: paramiko.Transport) -> None:
        self.sshd, self.transport = sshd, transport

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        time.sleep(self.sshd.slow_login_s)
        if key.get_base64() != self.sshd.user_key:
            return paramiko.AUTH_FAILED
        self.sshd.users.append(username)
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        Thread(target=_execute, args=(channel, command), daemon=True).start()
        return True

    def check_channel_direct_tcpip_request(self, chanid: int, origin, to) -> int:
        try:
            there = socket.create_connection(to, 2)
        except OSError:
            return paramiko.OPEN_FAILED_CONNECT_FAILED
        self.sshd.forwarded.append(to)
        Thread(target=self._forward, args=(chanid, there), daemon=True).start()
        return paramiko.OPEN_SUCCEEDED

    def _forward(self, chanid: int, there: socket.socket) -> None:
        channel = None
        while channel is None or channel.chanid != chanid:
            channel = self.transport._channels.get(chanid)
            time.sleep(0.01)
        Thread(target=_copy, args=(channel, there), daemon=True).start()
        _copy(there, channel)


def _copy(source, target) -> None:
    with suppress(Exception):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with suppress(Exception):
        target.close()


def _execute(channel: paramiko.Channel, command: bytes) -> None:
    time.sleep(0.05)  # the request is answered first
    with (
        suppress(OSError, EOFError),
        subprocess.Popen(
            ["sh", "-c", command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
        ) as process,
    ):  # fmt: skip

        def feed() -> None:
            with suppress(Exception):
                while data := channel.recv(1 << 16):
                    process.stdin.write(data)
            with suppress(Exception):
                process.stdin.close()

        def complain() -> None:
            with suppress(Exception):
                while data := process.stderr.read(1 << 16):
                    channel.sendall_stderr(data)

        helpers = [Thread(target=target, daemon=True) for target in (feed, complain)]
        for helper in helpers:
            helper.start()
        try:
            while data := process.stdout.read(1 << 16):
                channel.sendall(data)
            helpers[1].join()
            channel.send_exit_status(process.wait())
        finally:
            process.kill()
            channel.close()


@contextmanager
def small_sshd(key: Path, **faults: float) -> Iterator[SmallSshd]:
    sshd = SmallSshd(paramiko.PKey.from_path(key).get_base64(), **faults)
    Thread(target=sshd.serve, daemon=True).start()
    try:
        yield sshd
    finally:
        sshd.listen_no_more()
        sshd.hang_up()


def login(key: Path, port: int, **more: object) -> Ssh:
    return Ssh.model_validate({"user": "me", "key": str(key), "port": port, **more})
