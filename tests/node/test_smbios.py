"""Memory slots from the firmware's tables, and the section `dmi`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.machine import Unreadable
from podsys.node.sections import read_section
from podsys.node.smbios import LARGEST_MIB, find_dimms
from tests.node.hardware import BIOS, END_OF_TABLE, memory_slot, put_firmware


def test_the_section(machine):
    put_firmware(machine)
    assert read_section("dmi") == {
        "vendor": "Maker",
        "product": "Server 8",
        "serial": "S1",
        "board": "Board",
        "bios_vendor": "AMI",
        "bios_version": "1.2",
        "bios_date": "01/02/2025",
        "dimm_slots": 2,
        "dimm_count": 1,
        "dimms_error": "",
        "dimms": [
            {
                "slot": slot,
                "bank": "NODE 0",
                "size_mib": size,
                "speed_mts": 4800,
                "configured_mts": 4400,
                "part": "M321R8GA0BB0",
            }
            for slot, size in (("DIMM A1", 65536), ("DIMM A2", 0))
        ],
    }


def test_a_machine_without_tables(machine):
    machine.put("/sys/class/dmi/id/product_name", "To Be Filled By O.E.M.\n")
    found = read_section("dmi")
    assert (found["product"], found["vendor"], found["dimms"]) == ("", "", None)
    assert found["dimms_error"] == "/sys/firmware/dmi/tables/DMI is missing"


def test_a_damaged_table_costs_the_slots_only(machine):
    put_firmware(machine)
    machine.put("/sys/firmware/dmi/tables/DMI", BIOS[:-2])
    found = read_section("dmi")
    assert (found["product"], found["dimms"], found["dimm_slots"]) == ("Server 8", None, None)
    assert "no end" in found["dimms_error"]


@pytest.mark.parametrize(
    ("size", "extended", "mib"),
    [
        (0, 0, 0),
        (16384, 0, 16384),
        (0x7FFF, 65536, 65536),
        (0x7FFF, 0x80000000 | 131072, 131072),
        (0x7FFF, 0x7FFFFFFF, None),
        (0xFFFF, 0, None),
        (0x8000 | 2048, 0, 2),
    ],
)
def test_sizes(size, extended, mib):
    assert find_dimms(memory_slot(size, extended))[0]["size_mib"] == mib


@pytest.mark.parametrize(("speed", "mts"), [(4800, 4800), (0, None), (0xFFFF, None)])
def test_speeds(speed, mts):
    assert find_dimms(memory_slot(1, speed=speed))[0]["speed_mts"] == mts


def test_an_old_table_has_short_structures():
    short = bytes([17, 0x15, 0, 0]) + bytes(8) + b"\x00\x40" + bytes(7) + b"\0\0"
    found = find_dimms(short)
    assert (found[0]["size_mib"], found[0]["speed_mts"], found[0]["slot"]) == (16384, None, "")


def test_nothing_counts_after_the_end():
    assert find_dimms(END_OF_TABLE + memory_slot(1)) == []


@pytest.mark.parametrize(
    "table",
    [b"\x11", bytes([17, 3, 0, 0, 0, 0]), memory_slot(1)[:50], memory_slot(1)[:-1]],
)
def test_a_table_that_ends_too_early(table):
    with pytest.raises(Unreadable, match="SMBIOS"):
        find_dimms(table)


def test_more_slots_than_a_machine_can_have():
    with pytest.raises(Unreadable, match="1025 memory slots"):
        find_dimms(memory_slot(1) * 1025)


@given(st.binary(max_size=400) | st.binary(max_size=120).map(lambda end: memory_slot(7) + end))
def test_any_bytes(table):
    try:
        found = find_dimms(table)
    except Unreadable:
        return
    for dimm in found:
        assert dimm["size_mib"] is None or 0 <= dimm["size_mib"] <= LARGEST_MIB
        assert dimm["slot"].isprintable()
