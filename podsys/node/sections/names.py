"""What the machine's own name resolves to: MPI and NCCL hand this address to their peers."""

import _socket  # what `socket` adds is not needed here, and takes its time to load
from typing import Any, Dict


def read() -> Dict[str, Any]:
    addresses = resolve(_socket.gethostname())
    loopback = [address for address in addresses if address.startswith("127.") or address == "::1"]
    return {
        "hostname_addresses": addresses,
        "loopback_only": bool(addresses) and len(loopback) == len(addresses),
    }


def resolve(name: str) -> Any:
    """The name goes as bytes: for a text Python would load a codec."""
    try:
        found = _socket.getaddrinfo(name.encode(), None, 0, 0, _socket.IPPROTO_TCP)
    except _socket.gaierror:
        return []
    return sorted({str(place[0]) for _, _, _, _, place in found})
