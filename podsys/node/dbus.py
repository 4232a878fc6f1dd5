"""systemd's private socket, as systemctl uses it, without a process for each question.

The wire format is that of the D-Bus specification, "Message Protocol"; only what systemd's
answers to a few questions hold is read.
"""

import _socket  # what `socket` adds to it takes longer to load than systemd to answer
import os
import struct
from typing import Any, Dict, Iterable, List, Tuple

from .machine import Unreadable
from .wire import Reader, write_message

PATH = "/run/systemd/private"
LIMIT_S = 5.0
REPLY, ERROR = 2, 3
# Object path, interface, member, and one argument: nothing, a word, two words, or a list.
Call = Tuple[str, str, str, Any]


class Bus:
    """One connection; calls go out together, and their answers come back in order."""

    def __init__(self) -> None:
        self._socket = _socket.socket(_socket.AF_UNIX)
        self._socket.settimeout(LIMIT_S)
        self._data = b""
        self._serial = 0
        self._socket.connect(PATH)
        uid = str(os.getuid()).encode().hex().encode()
        self._socket.sendall(b"\0AUTH EXTERNAL " + uid + b"\r\nBEGIN\r\n")
        while b"\r\n" not in self._data:
            self._receive()
        word, self._data = self._data.split(b"\r\n", 1)
        if not word.startswith(b"OK"):
            raise Unreadable("systemd refused its socket: %s" % word.decode("ascii", "replace"))

    def ask(self, calls: Iterable[Call]) -> List[Any]:
        """The first value of each answer; None where systemd answered with an error."""
        serials = []
        message = b""
        for path, interface, member, arguments in calls:
            self._serial += 1
            serials.append(self._serial)
            message += write_message(self._serial, path, interface, member, arguments)
        self._socket.sendall(message)
        answers: Dict[int, Any] = {}
        while len(answers) < len(serials):
            answers.update(self._answer())
        return [answers[serial] for serial in serials]

    def _answer(self) -> Dict[int, Any]:
        """Signals, which nobody asked for, are none."""
        head = self._take(16)
        order = "<" if head[:1] == b"l" else ">"
        length, _, fields_length = struct.unpack(order + "III", head[4:])
        fields = Reader(self._take((fields_length + 7) // 8 * 8), order)
        body = self._take(length)
        found = dict(fields.structs("(yv)", fields_length))
        if head[1] not in (REPLY, ERROR):
            return {}
        value = Reader(body, order).value(found[8]) if head[1] == REPLY and 8 in found else None
        return {found[5]: value}

    def _take(self, length: int) -> bytes:
        while len(self._data) < length:
            self._receive()
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def _receive(self) -> None:
        part = self._socket.recv(1 << 16)
        if not part:
            raise Unreadable("systemd closed its socket")
        self._data += part
