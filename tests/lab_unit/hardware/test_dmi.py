"""SMBIOS tables read back with a reader of their own, field by field as the standard has them."""

from __future__ import annotations

import struct
import uuid
from typing import Any

from podsys.lab.hardware.dmi import dmi_files
from podsys.lab.hardware.smbios import make_structure, make_table

State = dict[str, Any]
TABLES = "/sys/firmware/dmi/tables"
Structure = tuple[int, int, bytes, list[str]]


def read_table(table: bytes) -> list[Structure]:
    """Kind, handle, formatted part and strings of every structure."""
    found: list[Structure] = []
    at = 0
    while at < len(table):
        kind, length, handle = struct.unpack_from("<BBH", table, at)
        end = table.index(b"\0\0", at + length)
        texts = table[at + length : end].decode().split("\0")
        found.append((kind, handle, table[at : at + length], texts))
        at = end + 2
    return found


def structures_of(state: State) -> list[Structure]:
    table = dmi_files(state)[f"{TABLES}/DMI"]
    assert isinstance(table, bytes)
    return read_table(table)


def test_the_entry_point_sums_up_to_zero_and_knows_the_length(h100: State) -> None:
    files = dmi_files(h100)
    entry, table = files[f"{TABLES}/smbios_entry_point"], files[f"{TABLES}/DMI"]
    assert isinstance(entry, bytes)
    assert isinstance(table, bytes)
    assert (entry[:5], len(entry), sum(entry) % 256) == (b"_SM3_", 0x18, 0)
    assert struct.unpack_from("<I", entry, 0x0C)[0] == len(table)


def test_every_kind_of_structure_is_there(h100: State) -> None:
    kinds = [kind for kind, *_ in structures_of(h100)]
    assert kinds == [0, 1, 2, 3, 4, 4, 16, *[17] * 32, 127]


def test_the_system_names_itself_as_the_kernel_does(h100: State) -> None:
    _, _, body, texts = structures_of(h100)[1]
    assert texts == ["Dell Inc.", "PowerEdge XE9680", h100["dmi"]["serial"]]
    assert uuid.UUID(bytes_le=body[8:24]) == uuid.UUID(h100["dmi"]["uuid"])
    files = dmi_files(h100)
    assert files["/sys/class/dmi/id/product_name"] == b"PowerEdge XE9680\n"
    assert files["/sys/class/dmi/id/bios_vendor"] == b"podsys lab (emulated)\n"
    assert files["/sys/class/dmi/id/product_serial"] == f"{h100['dmi']['serial']}\n".encode()


def test_a_dimm_of_64_gib_stands_in_the_extended_size(h100: State) -> None:
    body = structures_of(h100)[7][2]
    assert len(body) == 0x54
    assert struct.unpack_from("<H", body, 0x0C) == (0x7FFF,)
    assert struct.unpack_from("<I", body, 0x1C) == (65536,)
    assert struct.unpack_from("<H", body, 0x15) == (4800,)
    assert struct.unpack_from("<H", body, 0x20) == (4800,)
    assert body[0x12] == 0x22  # DDR5


def test_an_empty_slot_has_a_name_and_nothing_else(h100: State) -> None:
    h100["dimms"][3]["present"] = False
    _, handle, body, texts = structures_of(h100)[10]
    assert (handle, texts) == (0x1103, ["DIMM A4", "NODE 0"])
    assert struct.unpack_from("<H", body, 0x0C) == (0,)
    assert struct.unpack_from("<I", body, 0x1C) == (0,)
    assert struct.unpack_from("<H", body, 0x15) == (0,)
    assert [body[at] for at in (0x17, 0x18, 0x19, 0x1A)] == [0, 0, 0, 0]


def test_small_dimms_stand_in_the_ordinary_size(h100: State) -> None:
    h100["dimms"][0] |= {"size_gib": 16, "speed_mts": 3200}
    body = structures_of(h100)[7][2]
    assert struct.unpack_from("<H", body, 0x0C) == (16384,)
    assert body[0x12] == 0x1A  # DDR4


def test_structures_without_strings_end_with_two_zeros() -> None:
    assert make_structure(16, 0x1000, b"ab") == b"\x10\x06\x00\x10ab\0\0"
    assert make_table([]) == b"\x7f\x04\xff\xfe\0\0"
