import contextlib
import json
import shutil
import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node import addresses
from podsys.node.machine import Unreadable


@pytest.mark.skipif(not shutil.which("ip"), reason="no ip here to compare with")
def test_as_ip_tells_them():
    done = subprocess.run(["ip", "-j", "addr"], capture_output=True, check=True)
    told = {
        link["ifname"]: [f"{own['local']}/{own['prefixlen']}" for own in link["addr_info"]]
        for link in json.loads(done.stdout)
        if link.get("addr_info")
    }
    assert "127.0.0.1/8" in told["lo"]
    found = addresses.read_addresses()
    assert {name: sorted(found[name]) for name in ("lo",)} == {"lo": sorted(told["lo"])}


def message(kind: int, body: bytes) -> bytes:
    return addresses.HEAD.pack(addresses.HEAD.size + len(body), kind, 0, 1, 0) + body


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value


def test_the_own_end_of_a_point_to_point_link(monkeypatch):
    both = attribute(1, bytes([10, 0, 0, 2])) + attribute(2, bytes([10, 0, 0, 1]))
    only = attribute(1, bytes(15) + b"\1")
    bodies = [
        addresses.ABOUT.pack(2, 32, 0, 0, 1) + both,
        addresses.ABOUT.pack(10, 128, 0, 0, 1) + only,
    ]
    monkeypatch.setattr(addresses, "_ask", lambda: iter(bodies))
    assert addresses.read_addresses() == {"lo": ["10.0.0.1/32", "::1/128"]}


def test_an_error_is_no_empty_list():
    with pytest.raises(Unreadable, match="netlink answered with an error"):
        list(addresses._split(message(addresses.ERROR, b"\0" * 4)))


@given(st.binary(max_size=200))
def test_whatever_comes_ends(data):
    with contextlib.suppress(Unreadable):
        list(addresses._split(data))
    assert all(isinstance(value, bytes) for _, value in addresses._attributes(data))
