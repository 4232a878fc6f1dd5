"""D-Bus values as bytes: those that systemd is asked with, and those that it answers with."""

import struct
from typing import Any, Iterable, Iterator, List

CALL = 1
NUMBERS = {"b": "I", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d"}
ALIGNED = {"n": 2, "q": 2, "x": 8, "t": 8, "d": 8, "(": 8, "{": 8, "y": 1, "g": 1, "v": 1}


def write_message(serial: int, path: str, interface: str, member: str, arguments: Any) -> bytes:
    """A call with no argument, with words, or with one list of words."""
    fields = [(1, "o", path), (2, "s", interface), (3, "s", member)]
    body = b""
    if isinstance(arguments, list):
        fields.append((8, "g", "as"))
        words = _words(arguments)
        body = struct.pack("<I", len(words)) + words
    elif arguments:
        fields.append((8, "g", "s" * len(arguments)))
        body = _words(arguments)
    head = b""
    for code, kind, text in fields:
        value = bytes([len(text)]) + text.encode() + b"\0" if kind == "g" else _word(text)
        head = _pad(head, 8) + bytes([code, 1]) + kind.encode() + b"\0" + value
    fixed = struct.pack("<cBBBIII", b"l", CALL, 0, 1, len(body), serial, len(head))
    return _pad(fixed + head, 8) + body


def _words(texts: Iterable[str]) -> bytes:
    """Each begins at a multiple of four; nothing follows the last."""
    data = b""
    for text in texts:
        data = _pad(data, 4) + _word(text)
    return data


def _word(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<I", len(data)) + data + b"\0"


def _pad(data: bytes, to: int) -> bytes:
    return data + b"\0" * (-len(data) % to)


class Reader:
    """Values one after the other; an array's elements are all of one kind."""

    def __init__(self, data: bytes, order: str) -> None:
        self._data = data
        self._order = order
        self._at = 0

    def value(self, signature: str) -> Any:
        """Of a signature's first value."""
        kind = signature[0]
        self._at += -self._at % ALIGNED.get(kind, 4)
        if kind in NUMBERS:
            form = self._order + NUMBERS[kind]
            self._at += struct.calcsize(form)
            number = struct.unpack_from(form, self._data, self._at - struct.calcsize(form))[0]
            return bool(number) if kind == "b" else number
        if kind in "so":
            return self._text(self.value("u"))
        if kind in "yg":
            self._at += 1
            first = self._data[self._at - 1]
            return first if kind == "y" else self._text(first)
        if kind == "v":
            return self.value(self.value("g"))
        if kind == "a":
            length = self.value("u")
            return list(self.structs(signature[1:], length))
        return tuple(self.value(part) for part in split(signature[1:-1]))

    def structs(self, signature: str, length: int) -> Iterator[Any]:
        """Elements of an array that takes so many bytes."""
        self._at += -self._at % ALIGNED.get(signature[0], 4)
        end = self._at + length
        while self._at < end:
            yield self.value(signature)

    def _text(self, length: int) -> str:
        start, self._at = self._at, self._at + length + 1
        return self._data[start : start + length].decode("utf-8", "replace")


def split(signature: str) -> List[str]:
    """`sa(so)u` -> s, a(so), u"""
    parts: List[str] = []
    depth, start = 0, 0
    for position, kind in enumerate(signature):
        depth += (kind in "({") - (kind in ")}")
        if depth == 0 and kind != "a":
            parts.append(signature[start : position + 1])
            start = position + 1
    return parts
