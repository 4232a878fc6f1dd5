"""The configuration space of one emulated device: 4096 bytes, as lspci and setpci read them.

Only what a tool or the probe could look at is filled; the values that matter come from the
state. A value that hardware cannot have (a payload of 300 bytes) is a ValueError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from podsys.lab.hardware.around import Around
from podsys.lab.hardware.bars import Region
from podsys.lab.hardware.capabilities import (
    Capability,
    bridge_subsystem,
    express,
    is_bridge,
    msi,
    msix,
    power_management,
)
from podsys.lab.hardware.codes import pack
from podsys.lab.hardware.extended import Extended, list_extended

Device = dict[str, Any]
SIZE = 4096
EXTENDED = 0x100
VECTORS = {"gpu": 6, "nvswitch": 4, "nic": 64, "nvme": 33}


def build_config(bdf: str, device: Device, around: Around) -> bytes:
    """A device that fell off the bus answers every read with ones."""
    if device["gone"]:
        return b"\xff" * SIZE
    space = bytearray(SIZE)
    header = _bridge_header(device, around) if is_bridge(device) else _endpoint_header(device)
    for at, data in header.items():
        space[at : at + len(data)] = data
    for number, region in enumerate(around.regions):
        kind = 0xC if region.prefetchable else 0x4
        space[0x10 + 8 * number : 0x18 + 8 * number] = pack((region.start | kind, 8))
    _chain(space, _list_capabilities(device, around))
    _chain_extended(space, list_extended(bdf, device))
    return bytes(space)


def _common_header(device: Device, kind: int) -> dict[int, bytes]:
    """Command: memory and bus master on; status: there are capabilities."""
    vendor, model, family = (int(device[key], 16) for key in ("vendor", "device", "class"))
    identity = pack((vendor, 2), (model, 2), (0x0406, 2), (0x0010, 2))
    return {
        0x00: identity + pack((int(device["revision"], 16), 1), (family, 3)),
        0x0C: pack((16, 1), (0, 1), (kind, 1), (0, 1)),
        0x3C: pack((0xFF, 1), (1, 1)),
    }


def _endpoint_header(device: Device) -> dict[int, bytes]:
    vendor, model = (int(part, 16) for part in device["subsystem"].split(":"))
    return _common_header(device, 0) | {0x2C: pack((vendor, 2), (model, 2))}


def _bridge_header(device: Device, around: Around) -> dict[int, bytes]:
    buses = around.buses or (0, 0, 0)
    low, high = (_window(region) for region in around.windows)
    return _common_header(device, 1) | {
        0x18: pack(*((bus, 1) for bus in buses), (0, 1)),
        0x1C: b"\xf0\x00",
        0x20: pack((low[0] >> 16 & 0xFFF0, 2), (low[1] >> 16 & 0xFFF0, 2)),
        0x24: pack((high[0] >> 16 & 0xFFF0 | 1, 2), (high[1] >> 16 & 0xFFF0 | 1, 2)),
        0x28: pack((high[0] >> 32, 4), (high[1] >> 32, 4)),
        0x3E: pack((0x0003, 2)),
    }


def _window(region: Region | None) -> tuple[int, int]:
    """First and last address; a base above the limit forwards nothing."""
    return (region.start, region.end) if region else (0xFFF0_0000, 0)


def _list_capabilities(device: Device, around: Around) -> list[Capability]:
    found = [power_management(), express(device, around.port_number, around.occupied)]
    if is_bridge(device):
        return [*found, msi(), bridge_subsystem(device)]
    return [*found, msix(VECTORS[device["kind"]])]


def _chain(space: bytearray, capabilities: Iterable[Capability]) -> None:
    """Each names the next by its offset; the header names the first."""
    link = 0x34
    for one in sorted(capabilities):
        space[link] = one.at
        space[one.at : one.at + 2 + len(one.body)] = bytes([one.id, 0]) + one.body
        link = one.at + 1


def _chain_extended(space: bytearray, capabilities: list[Extended]) -> None:
    at = EXTENDED
    for number, one in enumerate(capabilities):
        end = at + 4 + len(one.body)
        after = end if number + 1 < len(capabilities) else 0
        head = one.id | one.version << 16 | after << 20
        space[at:end] = pack((head, 4)) + one.body
        at = end
