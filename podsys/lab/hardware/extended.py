"""Extended capabilities, from offset 0x100 on, each as its id, version and what follows."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

from podsys.lab.hardware.codes import encode_acs, pack

Device = dict[str, Any]


class Extended(NamedTuple):
    """`body` starts behind the four bytes of id, version and link to the next."""

    id: int
    version: int
    body: bytes


def list_extended(bdf: str, device: Device) -> list[Extended]:
    """What a device of this kind has, in the order of its configuration space."""
    found = [advanced_errors(device), serial_number(bdf, device)]
    if device["acs"] is not None:
        found.append(access_control(device))
    if device["kind"] == "nic":
        found.append(address_translation())
    return found


def advanced_errors(device: Device) -> Extended:
    """AER: nothing pending, for the kernel clears what it has counted (`aer` in the state)."""
    masks = pack((0, 4), (0, 4), (0x00462030, 4), (0, 4), (0x2000, 4), (0xA0, 4), (0, 16))
    root = pack((7, 4), (0, 4), (0, 4)) if device["kind"] == "root_port" else bytes(12)
    return Extended(0x0001, 2, masks + root + bytes(16))


def serial_number(bdf: str, device: Device) -> Extended:
    name = f"{bdf} {device['vendor']} {device['device']}"
    return Extended(0x0003, 1, sha256(name.encode()).digest()[:8])


def access_control(device: Device) -> Extended:
    """ACS: offers all but egress control, unless the state has even that on."""
    enabled = encode_acs(device["acs"])
    return Extended(0x000D, 1, pack((0x005F | enabled, 2), (enabled, 2)))


def address_translation() -> Extended:
    """ATS, off, as on bare metal."""
    return Extended(0x000F, 1, pack((0x0060, 2), (0, 2)))
