"""From a route to a connection that is logged in, with its key checked, by a deadline."""

from __future__ import annotations

import logging
import socket
import subprocess
import time
import weakref
from threading import Lock
from typing import TYPE_CHECKING

from podsys.effects.ssh.bastion import Bastions, lost
from podsys.effects.ssh.failure import KEY_CHANGED, NOT_PINNED, LinkError
from podsys.effects.ssh.kept import end
from podsys.effects.ssh.keyring import Keyring
from podsys.effects.ssh.pins import Pins
from podsys.effects.ssh.route import Route
from podsys.model.spec import Ssh

if TYPE_CHECKING:
    import paramiko

KEEPALIVE_S = 5
# Where a server has an RSA key, it signs with these; paramiko calls the key ssh-rsa.
RSA = ["rsa-sha2-512", "rsa-sha2-256"]

# It logs what it also raises: people would see every unreachable node as a traceback.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)


class Connector:
    """What all connections of a fleet share: pinned keys, private keys, bastions."""

    def __init__(self, pins: Pins, ssh: Ssh) -> None:
        self._pins = pins
        self._tcp_limit_s = tcp_limit(ssh)
        self._keyring = Keyring()
        self._bastions = Bastions(self._open_bastion)
        self._lock = Lock()
        self._all: weakref.WeakSet[paramiko.Transport] = weakref.WeakSet()

    def open(self, route: Route, deadline: float) -> paramiko.Transport:
        transport = self._shake(route, deadline)
        try:
            self._check_key(transport, route)
            transport.auth_timeout = max(0.1, deadline - time.monotonic())
            self._keyring.authenticate(transport, route)
            transport.set_keepalive(KEEPALIVE_S)
        except BaseException as error:
            raise self.blame(transport, route, error) from error
        return transport

    def read_host_key(self, route: Route, deadline: float) -> paramiko.PKey:
        """The key a machine shows, without logging in; used once, to pin it."""
        transport = self._shake(route, deadline)
        try:
            return transport.get_remote_server_key()
        finally:
            end(transport)

    def blame(
        self, transport: paramiko.Transport, route: Route, error: BaseException
    ) -> BaseException:
        """Close it, and say what broke: a node cannot be told from its bastion by the error."""
        outer = getattr(transport.sock, "get_transport", lambda: None)()
        bastion_gone = route.via and outer and not outer.is_active()
        end(transport)
        return lost(route.via) if route.via and bastion_gone else error

    def close(self) -> None:
        """Everything that is open, also what others still wait for."""
        with self._lock:
            transports = list(self._all)
        for transport in transports:
            end(transport)
        self._bastions.forget()

    def _shake(self, route: Route, deadline: float) -> paramiko.Transport:
        import paramiko

        sock = self._dial(route, deadline)
        left = max(0.1, deadline - time.monotonic())
        transport = paramiko.Transport(sock)
        transport.banner_timeout = transport.handshake_timeout = left
        transport.daemon = True
        with self._lock:
            self._all.add(transport)
        try:
            self._prefer_pinned(transport, route)
            transport.start_client(timeout=left)
        except BaseException as error:
            raise self.blame(transport, route, error) from error
        return transport

    def _dial(self, route: Route, deadline: float) -> socket.socket | paramiko.Channel:
        limit = max(0.1, min(self._tcp_limit_s, deadline - time.monotonic()))
        if route.via:
            return self._bastions.channel(route.via, (route.host, route.port), limit, deadline)
        if route.command:
            return _start_proxy(route.command)
        sock = socket.create_connection((route.host, route.port), limit)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _open_bastion(self, route: Route, deadline: float) -> paramiko.Transport:
        """A bastion sees all traffic: its key is never taken on trust."""
        if not self._pins.of(route.pinned_as):
            ask = f"ssh-keyscan -p {route.port} {route.host}"
            ask = f"ssh {route.via.host} {ask}" if route.via else ask
            raise LinkError(
                f"the bastion {route.host} has no pinned host key (as {route.pinned_as})",
                f"compare it, then: {ask} >> {self._pins.file}",
            )
        return self.open(route, deadline)

    def _prefer_pinned(self, transport: paramiko.Transport, route: Route) -> None:
        """A server with several keys is asked for the one that is pinned."""
        options = transport.get_security_options()
        pinned = [name for kind in self._pins.of(route.pinned_as) for name in _algorithms(kind)]
        first = [name for name in pinned if name in options.key_types]
        options.key_types = [*first, *(name for name in options.key_types if name not in first)]

    def _check_key(self, transport: paramiko.Transport, route: Route) -> None:
        pinned, shown = self._pins.of(route.pinned_as), transport.get_remote_server_key()
        if not pinned:
            raise LinkError(NOT_PINNED)
        if pinned.get(shown.get_name()) != shown.get_base64():
            raise LinkError(KEY_CHANGED)


def tcp_limit(ssh: Ssh) -> float:
    """A machine that is there takes a connection at once; a dead one must not hold a place long."""
    return min(ssh.timeout_s, max(5.0, ssh.timeout_s / 3))


def _algorithms(kind: str) -> list[str]:
    return RSA if kind == "ssh-rsa" else [kind]


def _start_proxy(command: str) -> socket.socket:
    """A ProxyCommand with a socket as both its ends; it ends with the connection."""
    ours, theirs = socket.socketpair()
    with theirs:
        end = theirs.fileno()
        words = ["sh", "-c", f"exec {command}"]
        subprocess.Popen(words, stdin=end, stdout=end, stderr=subprocess.DEVNULL)
    return ours
