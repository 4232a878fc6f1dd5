"""The one door to the nodes: many SSH connections at once, pinned host keys, time limits."""

from __future__ import annotations

import logging
import shlex
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import paramiko

from podsys.errors import PodsysError
from podsys.model.spec import Node, Ssh

EXPLANATIONS: tuple[tuple[type[Exception], str], ...] = (
    (
        paramiko.BadHostKeyException,
        "host key changed since it was pinned: compare it on the machine, "
        "then remove its line from known_hosts and run podsys init",
    ),
    (
        paramiko.AuthenticationException,
        "ssh refused the key: authorise it on the node (ssh-copy-id) or set ssh.key",
    ),
    (TimeoutError, "no answer within the time limit"),
    (EOFError, "connection lost"),
)


# It logs what it also raises: people would see every unreachable node as a traceback.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)

# paramiko has one class for these; only their words tell them apart.
WORDS_OF_PARAMIKO = {
    "not found in known_hosts": "host key not pinned: run podsys init",
    "No existing session": "the node accepts connections, but sshd does not answer: is it hung?",
    "Error reading SSH protocol banner": "the node accepts connections, but no sshd answers there",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A shell command for one node and what it gets on standard input."""

    text: str
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back. `error` is set when the command could not be run to its end."""

    node: str
    code: int | None
    stdout: bytes
    stderr: bytes
    error: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.error and self.code == 0


class Fleet:
    """Connections to nodes, opened when first needed and kept until closed.

    One dead node costs one Outcome with its reason, never an exception.
    """

    def __init__(self, ssh: Ssh, nodes: Mapping[str, Node], known_hosts: Path) -> None:
        self._ssh = ssh
        self._nodes = nodes
        self._known_hosts = known_hosts
        self._clients: dict[str, paramiko.SSHClient] = {}
        self._guard = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    @property
    def as_root(self) -> str:
        """What stands before a command that needs root."""
        return "" if self._ssh.user == "root" else "sudo -n "

    def close(self) -> None:
        with self._guard:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def run_each(self, commands: Mapping[str, Command], timeout_s: float) -> Iterator[Outcome]:
        """Run each node's command, all at once; outcomes come as they finish."""
        if not commands:
            return
        workers = min(self._ssh.fan_out, len(commands))
        pool = ThreadPoolExecutor(workers, thread_name_prefix="ssh")
        try:
            futures = [pool.submit(self._run, n, c, timeout_s) for n, c in commands.items()]
            yield from (future.result() for future in as_completed(futures))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def run(self, node: str, text: str, timeout_s: float, stdin: bytes = b"") -> Outcome:
        return self._run(node, Command(text, stdin), timeout_s)

    def _run(self, node: str, command: Command, timeout_s: float) -> Outcome:
        started = time.monotonic()
        try:
            client = self._connect(node)
            code, out, err = _execute(client, command, timeout_s)
            return Outcome(node, code, out, err, "", time.monotonic() - started)
        except Exception as error:  # every way a connection can break is this node's outcome
            self._drop(node)
            return Outcome(node, None, b"", b"", explain_failure(error), time.monotonic() - started)

    def _drop(self, node: str) -> None:
        with self._guard:
            client = self._clients.pop(node, None)
        if client:
            client.close()

    def _connect(self, node: str) -> paramiko.SSHClient:
        with self._guard:
            client = self._clients.get(node)
        if client:
            return client
        client = open_client(self._nodes[node].address, self._ssh, self._known_hosts)
        with self._guard:
            self._clients[node] = client
        return client


def open_client(address: str, ssh: Ssh, known_hosts: Path) -> paramiko.SSHClient:
    """Connect to one machine whose key is already pinned in `known_hosts`."""
    client = paramiko.SSHClient()
    client.load_host_keys(str(known_hosts))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.connect(
        address,
        port=ssh.port,
        username=ssh.user,
        key_filename=str(Path(ssh.key).expanduser()) if ssh.key else None,
        look_for_keys=ssh.key is None,
        timeout=ssh.timeout_s,
        banner_timeout=ssh.timeout_s,
        auth_timeout=ssh.timeout_s,
        channel_timeout=ssh.timeout_s,
        sock=_jump_channel(address, ssh, known_hosts),
    )
    transport = client.get_transport()
    if transport:
        transport.set_keepalive(5)
    return client


def read_host_key(address: str, ssh: Ssh, known_hosts: Path) -> paramiko.PKey:
    """The key a machine shows, without logging in; used once, to pin it."""
    sock = _jump_channel(address, ssh, known_hosts) or socket.create_connection(
        (address, ssh.port), ssh.timeout_s
    )
    transport = paramiko.Transport(sock)
    try:
        transport.start_client(timeout=ssh.timeout_s)
        return transport.get_remote_server_key()
    finally:
        transport.close()


def _jump_channel(address: str, ssh: Ssh, known_hosts: Path) -> paramiko.Channel | None:
    if not ssh.jump:
        return None
    user, _, place = ssh.jump.rpartition("@")
    host, _, port = place.partition(":")
    bastion = ssh.model_copy(
        update={"user": user or ssh.user, "port": int(port or 22), "jump": None}
    )
    _require_pinned(host, int(port or 22), known_hosts)
    transport = open_client(host, bastion, known_hosts).get_transport()
    if transport is None:
        raise PodsysError(f"{host}: the bastion closed the connection")
    return transport.open_channel("direct-tcpip", (address, ssh.port), ("", 0))


def _require_pinned(host: str, port: int, known_hosts: Path) -> None:
    """A bastion sees all traffic: its key is never taken on trust."""
    keys = paramiko.HostKeys(str(known_hosts)) if known_hosts.exists() else paramiko.HostKeys()
    if not keys.lookup(host if port == 22 else f"[{host}]:{port}"):
        raise PodsysError(
            f"the bastion {host} has no pinned host key",
            f"compare it, then: ssh-keyscan -p {port} {host} >> {known_hosts}",
        )


def _execute(
    client: paramiko.SSHClient, command: Command, timeout_s: float
) -> tuple[int, bytes, bytes]:
    transport = client.get_transport()
    if transport is None:
        raise EOFError("connection closed")
    channel = transport.open_session(timeout=timeout_s)
    try:
        channel.exec_command(command.text)
        return _exchange(channel, command.stdin, time.monotonic() + timeout_s)
    finally:
        channel.close()


def _exchange(channel: paramiko.Channel, stdin: bytes, deadline: float) -> tuple[int, bytes, bytes]:
    """Send stdin, collect both streams until the command ends or time is up."""
    channel.settimeout(max(0.1, deadline - time.monotonic()))
    if stdin:
        channel.sendall(stdin)
    channel.shutdown_write()
    out, err = bytearray(), bytearray()
    while True:
        progressed = _drain(channel.recv_ready, channel.recv, out)
        progressed |= _drain(channel.recv_stderr_ready, channel.recv_stderr, err)
        if not progressed and channel.exit_status_ready() and channel.eof_received:
            return channel.recv_exit_status(), bytes(out), bytes(err)
        if time.monotonic() > deadline:
            raise TimeoutError
        if not progressed:
            channel.status_event.wait(0.01)
            time.sleep(0.005)


def _drain(ready: Callable[[], bool], receive: Callable[[int], bytes], into: bytearray) -> bool:
    progressed = False
    while ready():
        into += receive(1 << 16)
        progressed = True
    return progressed


def explain_failure(error: Exception) -> str:
    """One line a person can act on."""
    for kind, words in EXPLANATIONS:
        if isinstance(error, kind):
            return words
    if isinstance(error, PodsysError):
        return f"{error.message}; {error.hint}"
    if isinstance(error, OSError):
        return f"cannot connect: {error.strerror or error}"
    for part, words in WORDS_OF_PARAMIKO.items():
        if part in str(error):
            return words
    return f"{type(error).__name__}: {error}"


def quote(words: list[str]) -> str:
    """An argument list as one shell command."""
    return shlex.join(words)
