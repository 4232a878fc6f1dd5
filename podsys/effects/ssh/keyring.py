"""Private keys, each parsed once for a whole fleet, and the agents that hold others."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from podsys.effects.ssh.failure import LinkError
from podsys.effects.ssh.route import Route

if TYPE_CHECKING:
    import paramiko


class Keyring:
    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: dict[str, paramiko.PKey | None] = {}

    def authenticate(self, transport: paramiko.Transport, route: Route) -> None:
        """Try keys in OpenSSH's order; an agent is asked only where it can help."""
        import paramiko

        for key in self._keys(route):
            try:
                if not transport.auth_publickey(route.user, key):
                    return
            except paramiko.AuthenticationException as error:
                if not transport.is_active() or "timeout" in str(error):
                    raise
        raise paramiko.AuthenticationException("no key was accepted")

    def _keys(self, route: Route) -> Iterator[paramiko.PKey]:
        if not route.only_keys:
            yield from _agent_keys(route.agent)
        files = [(path, self._load(path)) for path in route.keys]
        yield from (key for _, key in files if key)
        locked = {blob for path, key in files if not key for blob in _public_part(path)}
        if route.only_keys and not locked and not any(key for _, key in files):
            raise LinkError(f"ssh key {' or '.join(route.keys)}: not there", "correct ssh.key")
        if route.only_keys and locked:
            yield from (key for key in _agent_keys(route.agent) if key.get_base64() in locked)

    def _load(self, path: str) -> paramiko.PKey | None:
        """None for one that is not there or needs a passphrase: an agent may hold it."""
        with self._lock:
            if path not in self._loaded:
                self._loaded[path] = _read_key(path)
            return self._loaded[path]


def _read_key(path: str) -> paramiko.PKey | None:
    import paramiko

    try:
        return paramiko.PKey.from_path(path)
    except (paramiko.PasswordRequiredException, TypeError):  # cryptography's word for a passphrase
        return None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, paramiko.SSHException) as error:
        raise LinkError(f"ssh key {path}: {error}", "name another one as ssh.key") from error


def _public_part(path: str) -> list[str]:
    """The key beside it that needs no passphrase to be read."""
    try:
        return Path(f"{path}.pub").read_text().split()[1:2]
    except OSError:
        return []


def _agent_keys(sock: str) -> Iterator[paramiko.PKey]:
    """One connection each time: an agent's connection cannot be shared by threads."""
    from paramiko.agent import AgentSSH

    if not sock:
        return
    agent: Any = AgentSSH()  # paramiko's own way in knows only the agent of the environment
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.settimeout(5)
            connection.connect(sock)
            agent._connect(connection)
        except Exception:  # a dead agent is no agent, as for ssh
            return
        yield from agent.get_keys()
