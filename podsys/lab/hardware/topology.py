"""Who stands above and below whom, from the parents that the state names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Device = dict[str, Any]
Devices = Mapping[str, Device]


class Buses(NamedTuple):
    """Numbers of a bridge: its own bus, the one right below it, and the last below it."""

    primary: int
    secondary: int
    subordinate: int


def list_above(devices: Devices, bdf: str) -> list[str]:
    """The bridges between a device and the processor, the nearest first."""
    found: list[str] = []
    while (bdf := devices[bdf]["parent"]) in devices and bdf not in found:
        found.append(bdf)
    return found


def list_reachable(devices: Devices) -> dict[str, Device]:
    """What the kernel sees: nothing below a device that is not present."""
    return {
        bdf: device
        for bdf, device in devices.items()
        if all(devices[one]["present"] for one in (bdf, *list_above(devices, bdf)))
    }


def number_buses(devices: Devices) -> dict[str, Buses]:
    """Of every bridge, also of one that lost what hung below it."""
    below: dict[str, list[int]] = {}
    for bdf in devices:
        for bridge in list_above(devices, bdf):
            below.setdefault(bridge, []).append(bus_of(bdf))
    return {
        bridge: Buses(bus_of(bridge), min(buses), max(buses)) for bridge, buses in below.items()
    }


def bus_of(bdf: str) -> int:
    return int(bdf[5:7], 16)
