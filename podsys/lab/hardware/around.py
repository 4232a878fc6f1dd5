"""What a device's configuration space says of the devices around it."""

from __future__ import annotations

from typing import NamedTuple

from podsys.lab.hardware.bars import Region, place_regions, place_windows
from podsys.lab.hardware.topology import Buses, Devices, list_reachable, number_buses


class Around(NamedTuple):
    """`windows`: what a bridge forwards, first what may not be prefetched, then what may.

    `occupied`: something answers below the port.
    """

    regions: tuple[Region, ...] = ()
    buses: Buses | None = None
    windows: tuple[Region | None, Region | None] = (None, None)
    port_number: int = 0
    occupied: bool = False


def look_around(devices: Devices) -> dict[str, Around]:
    """BDF -> its surroundings; addresses do not change when a device vanishes."""
    regions = place_regions(devices)
    low, high = (place_windows(devices, regions, prefetchable) for prefetchable in (False, True))
    buses = number_buses(devices)
    parents = {
        device["parent"] for device in list_reachable(devices).values() if not device["gone"]
    }
    return {
        bdf: Around(
            tuple(regions[bdf]),
            buses.get(bdf),
            (low.get(bdf), high.get(bdf)),
            device["index"] if bdf in buses else 0,
            bdf in parents,
        )
        for bdf, device in devices.items()
    }
