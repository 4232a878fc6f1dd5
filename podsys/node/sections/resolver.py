"""Names: do the DNS servers answer, and does the own name lead to an address of this machine?"""

import _socket  # what `socket` adds is not needed here, and takes its time to load
import os
import select
import struct
import time
from typing import Any, Dict, List, Optional

from .. import machine
from .names import resolve

# glibc asks the first three, too.
MOST_SERVERS = 3
# A program waits five seconds for each server that is silent.
PATIENCE_S = 1.0
PORT = 53
FAILED, REFUSED = 2, 5


def read() -> Dict[str, Any]:
    name = _socket.gethostname()
    text = machine.read_text("/etc/resolv.conf") or ""
    return {
        "own_addresses_elsewhere": [one for one in resolve(name) if not is_own(one)],
        "servers": ask_servers(find_servers(text), complete(name, text)),
    }


def is_own(address: str) -> bool:
    """Only an address of an interface of this machine can be listened on."""
    family = _socket.AF_INET6 if ":" in address else _socket.AF_INET
    door = _socket.socket(family, _socket.SOCK_DGRAM)
    try:
        door.bind((address, 0))
    except OSError:
        return False
    finally:
        door.close()
    return True


def find_servers(text: str) -> List[str]:
    words = [line.split() for line in text.splitlines()]
    found = [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
    return [address for address in found if _is_address(address)][:MOST_SERVERS]


def complete(name: str, text: str) -> str:
    """As a program looks it up first: a server without internet fails on a name without domain."""
    words = [line.split() for line in text.splitlines()]
    domains = [line[1] for line in words if len(line) > 1 and line[0] in ("search", "domain")]
    return name if "." in name or not domains else "%s.%s" % (name, domains[-1])


def _is_address(text: str) -> bool:
    for family in (_socket.AF_INET, _socket.AF_INET6):
        try:
            _socket.inet_pton(family, text.partition("%")[0])
        except (OSError, ValueError):
            continue
        return True
    return False


def ask_servers(addresses: List[str], name: str) -> List[Dict[str, Any]]:
    """All at once for the address of the own name; that there is none is an answer, too."""
    question, number = make_question(name)
    doors = {address: _send(address, question) for address in addresses}
    waiting = {door.fileno(): (address, door) for address, door in doors.items() if door}
    answers: Dict[str, Optional[int]] = {}
    end = time.monotonic() + PATIENCE_S
    while waiting and end > time.monotonic():
        for ready in select.select(list(waiting), [], [], max(0.0, end - time.monotonic()))[0]:
            address, door = waiting.pop(ready)
            answers[address] = _receive(door, number)
    for door in filter(None, doors.values()):
        door.close()
    return [dict(address=address, **_describe(answers.get(address))) for address in addresses]


def _describe(code: Optional[int]) -> Dict[str, Any]:
    if code is None:
        return {"answers": False, "reason": "no answer within %g s" % PATIENCE_S}
    words = {FAILED: "it says that it failed", REFUSED: "it refuses to answer"}
    return {"answers": code not in words, "reason": words.get(code, "")}


def make_question(name: str) -> "tuple[bytes, int]":
    """RFC 1035: a header with one question, for the address (A) of the name."""
    number = int.from_bytes(os.urandom(2), "big")
    labels = [label.encode("ascii", "replace")[:63] for label in name.split(".") if label]
    path = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + path + struct.pack(
        ">HH", 1, 1
    ), number


def _send(address: str, question: bytes) -> Any:
    """None when there is no way to the server at all."""
    door = _socket.socket(
        _socket.AF_INET6 if ":" in address else _socket.AF_INET, _socket.SOCK_DGRAM
    )
    plain, _, zone = address.partition("%")
    try:
        door.connect((plain, PORT, 0, _socket.if_nametoindex(zone)) if zone else (plain, PORT))
        door.send(question)
    except OSError:
        door.close()
        return None
    return door


def _receive(door: Any, number: int) -> Optional[int]:
    """The answer's code; None when it is no answer to this question."""
    try:
        head = door.recv(512)[:4]
    except OSError:
        return None
    if len(head) < 4 or struct.unpack(">H", head[:2])[0] != number or not head[2] & 0x80:
        return None
    return int(head[3] & 0x0F)
