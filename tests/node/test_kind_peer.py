"""Another node as this one sees it: its name, and whether its port answers."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest

from podsys.node.kinds import peer, read_items


@pytest.fixture
def door():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def ask(name: str, place: str) -> dict[str, str]:
    return read_items("peer", [{"id": "p", "kind": "peer", "key": name, "value": place}])["p"]


def test_a_peer_that_is_there(door):
    assert ask("localhost", door)["note"] == "open"
    assert "127.0.0.1" in ask("localhost", door)["live"].split()


def test_a_name_that_leads_nowhere(door):
    assert ask("no-such-host.invalid", door)["live"] == ""
    assert ask("bad name \udcff", door)["live"] == ""


def test_a_port_that_nobody_listens_on(door):
    number = int(door.rpartition(":")[2])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    assert closed != number
    assert ask("localhost", f"127.0.0.1:{closed}")["note"] == "refused"


@pytest.mark.parametrize("place", ["not an address:22", "127.0.0.1:", "127.0.0.1:99999999", ""])
def test_what_is_no_address_says_so(place):
    assert ask("localhost", place)["note"] not in ("open", "silent", "")


def test_a_silent_name_server_costs_only_its_name(monkeypatch, door):
    import time

    def resolve(name: str) -> str:
        if name == "slow":
            time.sleep(30)
        return "127.0.0.1"

    monkeypatch.setattr(peer, "_resolve", resolve)
    monkeypatch.setattr(peer, "PATIENCE_S", 0.3)
    items = [{"id": n, "kind": "peer", "key": n, "value": door} for n in ("slow", "quick")]
    found = read_items("peer", items)
    assert found["quick"]["live"] == "127.0.0.1"
    assert found["slow"] == {"error": "slow was not resolved within 0.3 s"}


def test_silence_is_told(monkeypatch):
    one, other = socket.socketpair()
    one.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            one.send(bytes(1 << 16))  # who cannot write has no answer yet
    monkeypatch.setattr(peer, "PATIENCE_S", 0.2)
    monkeypatch.setattr(peer, "_knock", lambda _place: one)
    assert ask("localhost", "10.0.0.1:22")["note"] == "silent"
    other.close()
