"""The node's firmware: /sys/class/dmi/id, and the SMBIOS tables that dmidecode reads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from podsys.lab.hardware.files import Entry, Files
from podsys.lab.hardware.smbios import make_entry_point, make_structure, make_table, pack
from podsys.lab.hardware.sysfs import State, line

ID = "/sys/class/dmi/id"
TABLES = "/sys/firmware/dmi/tables"
ARRAY, NONE, UNKNOWN = 0x1000, 0xFFFE, 0x02
RACK_MOUNT = 0x17
DDR4, DDR5 = 0x1A, 0x22
# A size of 32 GiB and more stands in the extended field, which this one points to.
EXTENDED = 0x7FFF


def dmi_files(state: State) -> Files:
    dmi = state["dmi"]
    table = make_table(list_structures(state))
    files: dict[str, Entry] = {f"{ID}/{name}": line(text) for name, text in list_ids(dmi)}
    files[f"{TABLES}/DMI"] = table
    files[f"{TABLES}/smbios_entry_point"] = make_entry_point(table)
    return files


def list_ids(dmi: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """File names of the kernel's dmi-id driver, and what they say."""
    yield from (("sys_vendor", dmi["vendor"]), ("board_vendor", dmi["vendor"]))
    yield from (("chassis_vendor", dmi["vendor"]), ("chassis_type", str(RACK_MOUNT)))
    yield from (("product_name", dmi["product"]), ("board_name", dmi["board"]))
    for part in ("product", "board", "chassis"):
        yield f"{part}_serial", dmi["serial"]
    yield "product_uuid", dmi["uuid"]
    for part in ("vendor", "version", "date"):
        yield f"bios_{part}", dmi[f"bios_{part}"]


def list_structures(state: State) -> Iterator[bytes]:
    dmi = state["dmi"]
    yield make_bios(dmi)
    yield make_system(dmi)
    yield make_board(dmi)
    yield make_chassis(dmi)
    for socket in range(state["cpu"]["sockets"]):
        yield make_processor(state["cpu"], socket)
    yield make_memory_array(state["dimms"])
    for number, dimm in enumerate(state["dimms"]):
        yield make_dimm(dimm, number)


def make_bios(dmi: Mapping[str, str]) -> bytes:
    """Type 0. Its characteristics say no more than that it can be upgraded."""
    body = pack(("B", 1), ("B", 2), ("H", 0), ("B", 3), ("B", 0xFF), ("Q", 1 << 11))
    body += pack(("H", 0), ("B", 0xFF), ("B", 0xFF), ("B", 0xFF), ("B", 0xFF), ("H", 16))
    return make_structure(0, 0, body, [dmi["bios_vendor"], dmi["bios_version"], dmi["bios_date"]])


def make_system(dmi: Mapping[str, str]) -> bytes:
    """Type 1. The UUID's first three fields are little-endian; it was woken by its switch."""
    body = pack(("B", 1), ("B", 2), ("B", 0), ("B", 3))
    body += uuid.UUID(dmi["uuid"]).bytes_le + pack(("B", 6), ("B", 0), ("B", 0))
    return make_structure(1, 1, body, [dmi["vendor"], dmi["product"], dmi["serial"]])


def make_board(dmi: Mapping[str, str]) -> bytes:
    """Type 2: a motherboard that hosts everything, in chassis 3."""
    body = pack(("B", 1), ("B", 2), ("B", 0), ("B", 3), ("B", 0), ("B", 1), ("B", 0))
    body += pack(("H", 3), ("B", 0x0A), ("B", 0))
    return make_structure(2, 2, body, [dmi["vendor"], dmi["board"], dmi["serial"]])


def make_chassis(dmi: Mapping[str, str]) -> bytes:
    """Type 3; its states are safe."""
    body = pack(("B", 1), ("B", RACK_MOUNT), ("B", 0), ("B", 2), ("B", 0))
    body += pack(("B", 3), ("B", 3), ("B", 3), ("B", 3), ("I", 0), ("B", 0), ("B", 2), ("H", 0))
    return make_structure(3, 3, body, [dmi["vendor"], dmi["serial"]])


def make_processor(cpu: Mapping[str, Any], socket: int) -> bytes:
    """Type 4: a central processor, enabled; its speeds are unknown (0)."""
    maker = {"intel": "Intel(R) Corporation", "amd": "Advanced Micro Devices, Inc."}
    family = {"intel": 0xB3, "amd": 0x6B}
    cores = cpu["cores_per_socket"]
    few, threads = min(cores, 0xFF), min(2 * cores, 0xFF)
    body = pack(("B", 1), ("B", 3), ("B", family[cpu["vendor"]]), ("B", 2), ("Q", 0), ("B", 0))
    body += pack(("B", 0), ("H", 0), ("H", 0), ("H", 0), ("B", 0x41), ("B", UNKNOWN))
    body += pack(*[("H", 0xFFFF)] * 3, ("B", 0), ("B", 0), ("B", 0))
    body += pack(("B", few), ("B", few), ("B", threads), ("H", 0x04), ("H", family[cpu["vendor"]]))
    body += pack(("H", cores), ("H", cores), ("H", 2 * cores))
    return make_structure(4, 0x400 + socket, body, [f"CPU{socket}", maker[cpu["vendor"]]])


def make_memory_array(dimms: list[dict[str, Any]]) -> bytes:
    """Type 16: the system's memory, multi-bit ECC, as large as all slots with the same DIMM."""
    most = max((dimm["size_gib"] for dimm in dimms), default=0) * len(dimms)
    body = pack(("B", 3), ("B", 3), ("B", 6), ("I", 0x80000000), ("H", NONE), ("H", len(dimms)))
    return make_structure(16, ARRAY, body + pack(("Q", most << 30)))


def make_dimm(dimm: Mapping[str, Any], number: int) -> bytes:
    """Type 17: a registered DIMM, or an empty slot, of which only the names are known."""
    there = dimm["present"] and dimm["size_gib"] > 0
    size = dimm["size_gib"] * 1024 if there else 0
    speed = dimm["speed_mts"] if there else 0
    running = dimm.get("configured_mts", speed) if there else 0
    width = (80, 64) if there else (0xFFFF, 0xFFFF)
    kind = (DDR5 if speed > 3200 else DDR4) if there else UNKNOWN
    body = pack(("H", ARRAY), ("H", NONE), ("H", width[0]), ("H", width[1]))
    body += pack(("H", size if size < EXTENDED else EXTENDED), ("B", 9), ("B", 0))
    body += pack(("B", 1), ("B", 2), ("B", kind), ("H", 0x2080 if there else 4), ("H", speed))
    body += pack(*[("B", string if there else 0) for string in (3, 4, 0, 5)], ("B", 2 * there))
    body += pack(("I", size if size >= EXTENDED else 0), ("H", running))
    body += pack(("H", 0), ("H", 0), ("H", 1100 * there), ("B", 3 if there else UNKNOWN))
    body += pack(("H", 8 * there), ("B", 0), *[("H", 0)] * 4, ("Q", 0), ("Q", size << 20))
    body += pack(("Q", 0), ("Q", 0))
    named = [dimm["slot"], f"NODE {number // 16}"]
    maker = ["Lab Memory", f"{0x4C000000 + number:08X}", f"LAB-{dimm['size_gib']}G"]
    return make_structure(17, 0x1100 + number, body, named + (maker if there else []))
