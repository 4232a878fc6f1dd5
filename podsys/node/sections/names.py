"""What the machine's own name resolves to: MPI and NCCL hand this address to their peers."""

import socket
from typing import Any, Dict


def read() -> Dict[str, Any]:
    addresses = _resolve(socket.gethostname())
    loopback = [address for address in addresses if address.startswith("127.") or address == "::1"]
    return {
        "hostname_addresses": addresses,
        "loopback_only": bool(addresses) and len(loopback) == len(addresses),
    }


def _resolve(name: str) -> Any:
    try:
        found = socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)
    except socket.gaierror:
        return []
    return sorted({str(place[0]) for _, _, _, _, place in found})
