"""The firmware's own tables of what is plugged in (SMBIOS, DMTF DSP0134). Pure."""

from typing import Any, Dict, Iterator, List, Optional, Tuple

from .machine import Unreadable
from .values import bounded, word

MEMORY, END = 17, 127
MOST_SLOTS = 1024
LARGEST_MIB = 1 << 22
FASTEST_MTS = 50000


def find_dimms(table: bytes) -> List[Dict[str, Any]]:
    """Slots for memory, in the order of the table; size 0 where nothing is plugged in."""
    found = [_describe(d, texts) for kind, d, texts in read_structures(table) if kind == MEMORY]
    if len(found) > MOST_SLOTS:
        raise Unreadable("SMBIOS table: %d memory slots" % len(found))
    return found


def read_structures(table: bytes) -> Iterator[Tuple[int, bytes, List[str]]]:
    """(type, formatted part, texts); Unreadable when the table ends within one of them."""
    at = 0
    while at < len(table):
        if at + 4 > len(table) or table[at + 1] < 4 or at + table[at + 1] > len(table):
            raise Unreadable("SMBIOS table: no structure at byte %d of %d" % (at, len(table)))
        kind, length = table[at], table[at + 1]
        end = table.find(b"\0\0", at + length)
        if end < 0:
            raise Unreadable("SMBIOS table: the texts at byte %d have no end" % (at + length))
        texts = table[at + length : end].decode("ascii", "replace").split("\0")
        yield kind, table[at : at + length], texts
        if kind == END:
            return
        at = end + 2


def _describe(data: bytes, texts: List[str]) -> Dict[str, Any]:
    return {
        "slot": _text(data, 0x10, texts),
        "bank": _text(data, 0x11, texts),
        "size_mib": _size(data),
        "speed_mts": _speed(data, 0x15, 0x54),
        "configured_mts": _speed(data, 0x20, 0x58),
        "part": _text(data, 0x1A, texts),
    }


def _size(data: bytes) -> Optional[int]:
    """Bit 15 counts KiB; 0x7fff sends to the extended size, 0xffff is an unknown one."""
    size = _number(data, 0x0C, 2)
    if size == 0x7FFF:
        extended = _number(data, 0x1C, 4)
        size = None if extended is None else extended & 0x7FFFFFFF
    elif size == 0xFFFF:
        size = None
    elif size is not None and size & 0x8000:
        size = (size & 0x7FFF) // 1024
    return bounded(size, LARGEST_MIB)


def _speed(data: bytes, at: int, extended: int) -> Optional[int]:
    """MT/s; 0 stands for unknown, 0xffff sends to the extended speed."""
    speed = _number(data, at, 2)
    return bounded(_number(data, extended, 4) if speed == 0xFFFF else speed, FASTEST_MTS) or None


def _number(data: bytes, at: int, length: int) -> Optional[int]:
    part = data[at : at + length]
    return int.from_bytes(part, "little") if len(part) == length else None


def _text(data: bytes, at: int, texts: List[str]) -> str:
    """Texts are counted from 1; 0 is none."""
    number = _number(data, at, 1) or 0
    return word(texts[number - 1]) if 0 < number <= len(texts) else ""
