"""Another node as this one sees it: what its name resolves to, and whether its SSH port answers.

The value is `address:port`. `live` lists the addresses of the name, `note` is `open`, `refused`,
`silent`, or why it could not be tried. Only read, and only for a moment: a connection is opened
and closed again, nothing is sent.
"""

import _socket  # what `socket` adds is not needed here, and takes its time to load
import select
import time
from typing import Any, Dict, List

PATIENCE_S = 3.0
REFUSED = 111


def read(items: List[Dict[str, Any]]) -> Dict[str, Dict[str, str]]:
    names = _resolve_all([item["key"] for item in items])
    ports = _knock_all([item["value"] for item in items])
    return {
        item["id"]: {"live": names[item["key"]], "note": ports[item["value"]]}
        if item["key"] in names
        else {"error": "%s was not resolved within %g s" % (item["key"], PATIENCE_S)}
        for item in items
    }


def _resolve_all(names: List[str]) -> Dict[str, str]:
    """Each in a thread of its own: a name server that is silent must not add up."""
    import threading  # takes its time to load, and only preflight asks

    found: Dict[str, str] = {}

    def resolve(name: str) -> None:
        found[name] = _resolve(name)

    threads = [threading.Thread(target=resolve, args=(n,), daemon=True) for n in names]
    for thread in threads:
        thread.start()
    until = time.monotonic() + PATIENCE_S
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return dict(found)


def _resolve(name: str) -> str:
    try:
        places = _socket.getaddrinfo(name.encode(), None, 0, 0, _socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ""
    return " ".join(sorted({str(place[4][0]) for place in places}))


def _knock_all(places: List[str]) -> Dict[str, str]:
    """All at once; who has not answered in time is silent."""
    states: Dict[str, str] = {}
    waiting: Dict[int, Any] = {}
    for place in places:
        try:
            door = _knock(place)
            waiting[door.fileno()] = door, place
        except (OSError, ValueError, OverflowError) as error:
            states[place] = str(error)
    until = time.monotonic() + PATIENCE_S
    poll = select.poll()
    for number in waiting:
        poll.register(number, select.POLLOUT)
    while waiting and time.monotonic() < until:
        for number, _ in poll.poll(1000 * max(0.0, until - time.monotonic())):
            poll.unregister(number)
            door, place = waiting.pop(number)
            states[place] = _state(door)
            door.close()
    for door, place in waiting.values():
        states[place] = "silent"
        door.close()
    return states


def _knock(place: str) -> "_socket.socket":
    address, _, port = place.rpartition(":")
    family = _socket.AF_INET6 if ":" in address else _socket.AF_INET
    door = _socket.socket(family, _socket.SOCK_STREAM | _socket.SOCK_NONBLOCK)
    door.connect_ex((address, int(port)))
    return door


def _state(door: "_socket.socket") -> str:
    code = door.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
    if code == 0:
        return "open"
    return "refused" if code == REFUSED else "error %d" % code
