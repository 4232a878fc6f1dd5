"""Capabilities of the first 256 bytes, each as its id and what follows the link to the next.

Layouts: PCI Express base specification, and include/uapi/linux/pci_regs.h of Linux.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from podsys.lab.hardware.codes import (
    PORT_TYPES,
    encode_aspm,
    encode_size,
    encode_speed,
    encode_width,
    pack,
)

Device = dict[str, Any]


class Capability(NamedTuple):
    """`at`: its offset, which devices do not change; `body` starts behind the two link bytes."""

    at: int
    id: int
    body: bytes


def power_management() -> Capability:
    """Version 3, in D0, and it stays itself when it goes there (NoSoftRst)."""
    return Capability(0x40, 0x01, pack((0x0003, 2), (0x0008, 2), (0, 2)))


def msi() -> Capability:
    """One message, 64-bit address; on for ports, whose driver takes it."""
    return Capability(0x48, 0x05, pack((0x0081, 2), (0xFEE00000, 4), (0, 4), (0x22, 2)))


def msix(vectors: int) -> Capability:
    """On, the tables in the first memory region."""
    return Capability(0x9C, 0x11, pack((0x8000 | vectors - 1, 2), (0x2000, 4), (0x3000, 4)))


def bridge_subsystem(device: Device) -> Capability:
    """Bridges have no room for it in their header."""
    vendor, model = (int(part, 16) for part in device["subsystem"].split(":"))
    return Capability(0xA8, 0x0D, pack((0, 2), (vendor, 2), (model, 2)))


def express(device: Device, port_number: int, occupied: bool) -> Capability:
    """PCI Express, version 2, 60 bytes; `occupied`: something is plugged in below."""
    body = pack(
        (_flags(device), 2),
        (_device_capabilities(device), 4),
        (_device_control(device), 2),
        (0, 2),
        (_link_capabilities(device, port_number), 4),
        (encode_aspm(device["aspm"]) | 0x40, 2),
        (_link_status(device, occupied), 2),
        (port_number << 19 if has_slot(device) else 0, 4),
        (0, 2),
        (0x40 if has_slot(device) and occupied else 0, 2),
        (0, 2),
        (1 if device["kind"] == "root_port" else 0, 2),
        (0, 4),
        (_device_capabilities_2(device), 4),
        (0x0020 if has_slot(device) else 0, 2),
        (0, 2),
        ((1 << encode_speed(device["max_speed_gts"]) + 1) - 2, 4),
        (encode_speed(device["max_speed_gts"]), 2),
        (0x001E if device["speed_gts"] >= 8 else 0, 2),
        (0, 8),
    )
    return Capability(0x60, 0x10, body)


def is_bridge(device: Device) -> bool:
    return device["kind"] in PORT_TYPES


def has_slot(device: Device) -> bool:
    """Ports that look down on a link have one."""
    return device["kind"] in ("root_port", "switch_down")


def _flags(device: Device) -> int:
    slot = 0x100 if has_slot(device) else 0
    return 2 | PORT_TYPES.get(device["kind"], 0) << 4 | slot


def _device_capabilities(device: Device) -> int:
    """Role-based errors and extended tags for all, function-level reset for endpoints."""
    reset = 0 if is_bridge(device) else 1 << 28
    return encode_size(device["mps_supported"]) | 1 << 5 | 1 << 15 | reset


def _device_control(device: Device) -> int:
    """Errors are reported, extended tags and no-snoop are on."""
    ordering = 0x10 if device["relaxed_ordering"] else 0
    sizes = encode_size(device["mps"]) << 5 | encode_size(device["mrrs"]) << 12
    return 0x000F | 0x0100 | 0x0800 | ordering | sizes


def _link_capabilities(device: Device, port_number: int) -> int:
    """L1 for all, and what ports add: link-active and bandwidth reports."""
    aspm = 2 | encode_aspm(device["aspm"])
    reports = 0x00300000 if has_slot(device) else 0
    shape = encode_speed(device["max_speed_gts"]) | encode_width(device["max_width"]) << 4
    return shape | aspm << 10 | 0x00400000 | reports | (port_number & 0xFF) << 24


def _link_status(device: Device, occupied: bool) -> int:
    active = 0x2000 if has_slot(device) and occupied else 0
    return encode_speed(device["speed_gts"]) | encode_width(device["width"]) << 4 | 0x1000 | active


def _device_capabilities_2(device: Device) -> int:
    """Timeout ranges, 10-bit tags; atomics and ARI are passed on by ports."""
    tags, atomics = 0x00030000, 0x0180
    return tags | 0x12 | (0x0060 if is_bridge(device) else atomics)
