"""SMBIOS structures and their entry point, as firmware leaves them for the kernel.

Layouts: DMTF DSP0134, System Management BIOS 3.2. Numbers are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

Field = tuple[str, int]
END_OF_TABLE = 127


def pack(*fields: Field) -> bytes:
    """The bytes of `(struct format, number)` pairs, one after the other."""
    return struct.pack("<" + "".join(form for form, _ in fields), *(value for _, value in fields))


def make_structure(kind: int, handle: int, body: bytes, strings: Sequence[str] = ()) -> bytes:
    """One structure: header, body, then its strings, which the body names from 1 on."""
    header = struct.pack("<BBH", kind, len(body) + 4, handle)
    texts = b"".join(text.encode("ascii", "replace") + b"\0" for text in strings)
    return header + body + (texts or b"\0") + b"\0"


def make_table(structures: Iterable[bytes]) -> bytes:
    """All structures, closed by the one that says that nothing follows."""
    return b"".join(structures) + make_structure(END_OF_TABLE, 0xFEFF, b"")


def make_entry_point(table: bytes) -> bytes:
    """The 64-bit entry point; its bytes sum up to zero."""
    major, minor, revision = 3, 2, 0
    rest = struct.pack("<BBBBBBIQ", 0x18, major, minor, 0, 1, revision, len(table), 0x1000)
    plain = b"_SM3_\0" + rest
    checksum = -sum(plain) % 256
    return plain[:5] + bytes([checksum]) + plain[6:]
