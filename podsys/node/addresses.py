"""Addresses of the network interfaces, asked of the kernel as `ip addr` asks it: over netlink.

Layout of the messages: rtnetlink(7) and netlink(7).
"""

import _socket  # what `socket` adds is not needed here, and takes its time to load
import struct
from typing import Dict, Iterator, List, Tuple

from .machine import Unreadable

ROUTE = 0  # NETLINK_ROUTE
GET_ADDRESSES, ADDRESS, DONE, ERROR = 22, 20, 3, 2
REQUEST_DUMP = 0x301
HEAD = struct.Struct("=IHHII")
ABOUT = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, index of the interface
PEER, OWN = 1, 2  # of a point-to-point link the first is the far end's


def read_addresses() -> Dict[str, List[str]]:
    """By interface, each with the length of its prefix, in the kernel's order."""
    found: Dict[str, List[str]] = {}
    for body in _ask():
        family, length, _, _, index = ABOUT.unpack_from(body)
        values = dict(_attributes(body[ABOUT.size :]))
        packed = values.get(OWN, values.get(PEER))
        if packed is not None and family in (_socket.AF_INET, _socket.AF_INET6):
            text = "%s/%d" % (_socket.inet_ntop(family, packed), length)
            found.setdefault(_name(index), []).append(text)
    return found


def _name(index: int) -> str:
    try:
        return _socket.if_indextoname(index)
    except OSError:
        return str(index)  # it went away a moment ago


def _ask() -> Iterator[bytes]:
    """The body of each message about an address."""
    try:
        link = _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW, ROUTE)
        link.settimeout(5)
        body = ABOUT.pack(_socket.AF_UNSPEC, 0, 0, 0, 0)
        link.send(HEAD.pack(HEAD.size + len(body), GET_ADDRESSES, REQUEST_DUMP, 1, 0) + body)
        while True:
            for kind, message in _split(link.recv(1 << 16)):
                if kind == ADDRESS:
                    yield message
                else:
                    return
    except OSError as error:
        raise Unreadable("netlink: %s" % error)


def _split(data: bytes) -> Iterator[Tuple[int, bytes]]:
    while len(data) >= HEAD.size:
        length, kind = HEAD.unpack_from(data)[:2]
        if kind == ERROR or length < HEAD.size:
            raise Unreadable("netlink answered with an error")
        yield kind, data[HEAD.size : length]
        data = data[(length + 3) & ~3 :]


def _attributes(data: bytes) -> Iterator[Tuple[int, bytes]]:
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            return
        yield kind, data[4:length]
        data = data[(length + 3) & ~3 :]
