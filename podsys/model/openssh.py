"""What OpenSSH, Ansible and podsys must agree on: names of pinned keys, and hops of a jump."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# ssh.jump is the whole way: a ProxyJump that the config has for its first hop is not added.
THE_FIRST = ["-o", "ProxyJump=none"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One bastion as `ssh.jump` or ProxyJump names it; None: OpenSSH's config decides."""

    host: str
    user: str | None = None
    port: int | None = None


def pinned_name(host: str, port: int | None) -> str:
    """Under which name a key stands in known_hosts."""
    return host if port in (None, 22) else f"[{host}]:{port}"


def parse_jump(jump: str | None) -> tuple[Hop, ...]:
    """`[user@]host[:port],...`: the hop nearest to the admin node comes first."""
    return tuple(_parse_hop(part.strip()) for part in jump.split(",")) if jump else ()


def _parse_hop(text: str) -> Hop:
    user, _, place = text.removeprefix("ssh://").rpartition("@")
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
    else:
        host, _, port = place.partition(":")
    number = port.removeprefix(":")
    return Hop(host, user or None, int(number) if number else None)


def proxy_command(hops: Iterable[Hop], words: Callable[[Hop], list[str]]) -> str:
    """`ssh -W` through each hop in turn; `words` are the options for one hop.

    Not ProxyJump: ssh gives the options of its command line to the last machine only.
    """
    command = ""
    for hop in hops:
        # The ssh outside fills in its own %h and %p first: what an inner one needs is doubled.
        inner = ["-o", f"ProxyCommand={command.replace('%', '%%')}"] if command else THE_FIRST
        where = ["-p", str(hop.port)] if hop.port else []
        target = f"{hop.user}@{hop.host}" if hop.user else hop.host
        command = shlex.join(["ssh", *words(hop), *inner, *where, "-W", "[%h]:%p", target])
    return command
