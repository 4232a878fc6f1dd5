"""Makes the nodes' copies of kernel knobs read back as a kernel's would.

One process for the whole lab: it watches the copies from the host and rewrites what was
written there into the form in which the kernel shows it.
Started as `python -m podsys.lab.emulator LAB_FOLDER`.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from podsys.lab.settle import settle_value

IN_CLOSE_WRITE = 0x8
EVENT = struct.Struct("iIII")


def emulate(lab: Path) -> None:
    """Watch every folder of knobs of every node, for ever."""
    watched = Watch()
    for copies in sorted((lab / "copies").iterdir()):
        for name, _, _ in os.walk(copies):
            folder = Path(name)
            watched.add(folder, lab / "kernel" / folder.relative_to(copies))
    while True:
        for folder, defaults, name in watched.wait():
            settle_file(folder / name, defaults / name)


def settle_file(written: Path, default: Path) -> None:
    """Rewrite one knob, if it needs it. A file that no kernel has is left alone."""
    try:
        text = written.read_text()
        settled = settle_value(text, default.read_text())
        if settled != text:
            written.write_text(settled)
    except (OSError, UnicodeDecodeError):
        return


class Watch:
    """The kernel's inotify, as far as it is needed here."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_CLOEXEC)
        self._folders: dict[int, tuple[Path, Path]] = {}

    def add(self, folder: Path, defaults: Path) -> None:
        watch = self._libc.inotify_add_watch(self._fd, os.fsencode(folder), IN_CLOSE_WRITE)
        if watch < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", str(folder))
        self._folders[watch] = (folder, defaults)

    def wait(self) -> Iterator[tuple[Path, Path, str]]:
        """Wait for writes; yield folder, folder of defaults, and file name of each."""
        data = os.read(self._fd, 65536)
        while data:
            watch, _, _, length = EVENT.unpack_from(data)
            name = data[EVENT.size : EVENT.size + length].rstrip(b"\0").decode()
            data = data[EVENT.size + length :]
            if watch in self._folders:
                yield (*self._folders[watch], name)


if __name__ == "__main__":
    emulate(Path(sys.argv[1]))
