"""How one machine is reached: where, as whom, with which keys, through what."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from podsys.model.openssh import Hop, parse_jump, pinned_name
from podsys.model.spec import Ssh

USUAL_KEYS = tuple(f"~/.ssh/{name}" for name in ("id_ed25519", "id_ecdsa", "id_rsa"))


@dataclass(frozen=True, slots=True)
class Route:
    """Equal routes are the same way: connections to a bastion are shared by this."""

    host: str
    port: int
    user: str
    pinned_as: str
    keys: tuple[str, ...]
    only_keys: bool  # of an agent, no other keys than these are tried
    agent: str  # its socket; "": none
    via: Route | None = None
    command: str = ""  # ProxyCommand, ready for a shell

    @property
    def target(self) -> str:
        return f"{self.host}, port {self.port}" if self.port != 22 else self.host


def own_agent() -> str:
    return os.environ.get("SSH_AUTH_SOCK", "")


def plain_route(address: str, ssh: Ssh) -> Route:
    """Without any OpenSSH config that says something: cluster.yaml and defaults."""
    via: Route | None = None
    for hop in parse_jump(ssh.jump):
        via = _plain(Hop(hop.host, hop.user or ssh.user, hop.port), ssh, via)
    return _plain(Hop(address, ssh.user, ssh.port), ssh, via)


def _plain(hop: Hop, ssh: Ssh, via: Route | None) -> Route:
    keys = tuple(str(Path(key).expanduser()) for key in ((ssh.key,) if ssh.key else USUAL_KEYS))
    return Route(
        host=hop.host,
        port=hop.port or 22,
        user=hop.user or "root",
        pinned_as=pinned_name(hop.host, hop.port),
        keys=keys,
        only_keys=ssh.key is not None,
        agent=own_agent(),
        via=via,
    )
