"""Serial numbers and ids of emulated parts: always the same for the same node and part."""

from __future__ import annotations

import uuid
from hashlib import sha256

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "lab.podsys")


def make_uuid(node: str, part: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{node}/{part}"))


def make_digits(node: str, part: str, count: int) -> str:
    """A number of `count` digits, the first of them not zero."""
    lowest = 10 ** (count - 1)
    return str(lowest + _number(node, part) % (9 * lowest))


def make_guid(node: str, part: str) -> str:
    """As /sys/class/infiniband shows it; the first half is NVIDIA's (Mellanox) prefix."""
    low = f"{_number(node, part) % 2**32:08x}"
    return f"b83f:d203:{low[:4]}:{low[4:]}"


def make_code(node: str, part: str, count: int) -> str:
    """`count` capital letters and digits."""
    return sha256(f"{node}/{part}".encode()).hexdigest()[:count].upper()


def _number(node: str, part: str) -> int:
    return int.from_bytes(sha256(f"{node}/{part}".encode()).digest()[:8], "big")
