"""Is an address this very machine? The admin node must never be rebooted."""

from __future__ import annotations

import socket
from pathlib import Path


def is_local(address: str) -> bool:
    """Only a machine's own addresses can be bound to. A name that does not resolve is not."""
    try:
        found = socket.getaddrinfo(address, 0, type=socket.SOCK_DGRAM)
    except OSError:
        return False
    return any(_can_bind(family, place) for family, _, _, _, place in found)


def own_boot_id() -> str:
    """Of the kernel that podsys runs on: a node that tells the same is this machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _can_bind(family: int, place: object) -> bool:
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(place)  # type: ignore[arg-type]  # as getaddrinfo gave it
        except OSError:
            return False
        return True
