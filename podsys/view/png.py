"""A palette picture as a PNG in a data: address, so that a page needs no other file."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int]


def encode_png(rows: Sequence[bytes], palette: Sequence[Colour]) -> bytes:
    """Each byte of a row is an index into the palette."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour) for colour in palette)
    pixels = b"".join(b"\0" + row for row in rows)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", colours),
        (b"IDAT", zlib.compress(pixels, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def as_data_address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
