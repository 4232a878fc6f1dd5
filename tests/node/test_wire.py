"""D-Bus on the wire: a small server answers as systemd does."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node import dbus
from podsys.node.machine import Unreadable
from podsys.node.wire import Reader, split, write_message

WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9))


@given(WORDS, st.integers(1, 2**32 - 1), st.booleans())
def test_calls_read_back_as_they_were_written(words, serial, as_list):
    arguments = words if as_list else tuple(words)
    message = write_message(serial, "/a/b", "i.f", "Member", arguments)
    length, found, fields_length = struct.unpack("<III", message[4:16])
    start = (16 + fields_length + 7) // 8 * 8
    fields = dict(Reader(message[16:start], "<").structs("(yv)", fields_length))
    body = Reader(message[start:], "<")
    assert (found, fields[1], fields[2], fields[3]) == (serial, "/a/b", "i.f", "Member")
    assert len(message) == start + length
    if as_list:
        assert body.value("as") == words
    else:
        assert [body.value("s") for _ in words] == words


def test_values_of_every_kind_that_systemd_answers_with():
    data = struct.pack("<IxxxxQ", 1, 7) + b"\x01s\0\0" + struct.pack("<I", 2) + b"ab\0"
    reader = Reader(data, "<")
    assert (reader.value("b"), reader.value("t"), reader.value("v")) == (True, 7, "ab")


@pytest.mark.parametrize(
    ("signature", "parts"), [("", []), ("sa(so)u", ["s", "a(so)", "u"]), ("aas", ["aas"])]
)
def test_signatures_fall_into_their_parts(signature, parts):
    assert split(signature) == parts


def reply(serial: int, text: str | None) -> bytes:
    """A string, or an error."""
    fields = b"\x05\x01u\0" + struct.pack("<I", serial)
    if text is not None:
        fields += b"\x08\x01g\0\x01s\0"
    body = b"" if text is None else struct.pack("<I", len(text)) + text.encode() + b"\0"
    kind = 3 if text is None else 2
    head = struct.pack("<cBBBIII", b"l", kind, 0, 1, len(body), 1, len(fields)) + fields
    return head + b"\0" * (-len(head) % 8) + body


def serve(path: Path, greeting: bytes, answers: bytes) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def talk() -> None:
        client, _ = server.accept()
        with client, server:
            client.recv(1 << 16)
            client.sendall(greeting)
            if answers:
                client.recv(1 << 16)
                for position in range(0, len(answers), 7):
                    client.sendall(answers[position : position + 7])

    threading.Thread(target=talk, daemon=True).start()


CALLS = [("/a", "i", "M", ())] * 3


def test_answers_are_put_to_their_questions(tmp_path, monkeypatch):
    monkeypatch.setattr(dbus, "PATH", str(tmp_path / "bus"))
    signal = struct.pack("<cBBBIII", b"l", 4, 0, 1, 0, 9, 0)
    answers = signal + reply(2, "two") + reply(1, "one") + reply(3, None)
    serve(tmp_path / "bus", b"OK 1234\r\n", answers)
    assert dbus.Bus().ask(CALLS) == ["one", "two", None]


@pytest.mark.parametrize("greeting", [b"REJECTED\r\n", b""])
def test_a_socket_that_is_refused_is_no_bus(tmp_path, monkeypatch, greeting):
    monkeypatch.setattr(dbus, "PATH", str(tmp_path / "bus"))
    serve(tmp_path / "bus", greeting, b"")
    with pytest.raises(Unreadable):
        dbus.Bus()
