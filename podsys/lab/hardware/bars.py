"""Where the memory regions of emulated devices lie: nothing overlaps, windows enclose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from podsys.lab.hardware.topology import list_above

Device = dict[str, Any]
Devices = Mapping[str, Device]

UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
# Bridges forward memory in whole MiB, so nobody shares one.
GRAIN = 1 << 20
# Below 4 GiB for what may not be prefetched: bridges address it with 32 bits.
LOW, HIGH = 0x8000_0000, 0x200_0000_0000


class Region(NamedTuple):
    start: int
    size: int
    prefetchable: bool

    @property
    def end(self) -> int:
        """The last byte."""
        return self.start + self.size - 1


def place_regions(devices: Devices) -> dict[str, list[Region]]:
    """BDF -> its regions, handed out in the order of addresses on the bus."""
    free = {False: LOW, True: HIGH}
    return {bdf: [_take(size, free) for size in devices[bdf]["bars"]] for bdf in sorted(devices)}


def place_windows(
    devices: Devices, regions: Mapping[str, list[Region]], prefetchable: bool
) -> dict[str, Region]:
    """BDF of a bridge -> what it forwards; bridges that forward nothing are not there."""
    windows: dict[str, Region] = {}
    for bdf in devices:
        for region in regions[bdf]:
            if region.prefetchable == prefetchable:
                for bridge in list_above(devices, bdf):
                    windows[bridge] = _enclose(windows.get(bridge), region)
    return windows


def _take(size: str, free: dict[bool, int]) -> Region:
    """Small regions hold registers and may not be prefetched."""
    length = int(size[:-1]) * UNITS[size[-1]]
    prefetchable = length >= GRAIN
    align = max(length, GRAIN)
    start = -(-free[prefetchable] // align) * align
    free[prefetchable] = start + align
    return Region(start, length, prefetchable)


def _enclose(window: Region | None, region: Region) -> Region:
    start = region.start if window is None else min(window.start, region.start)
    end = region.end if window is None else max(window.end, region.end)
    return Region(start, end + 1 - start + (-end - 1) % GRAIN, region.prefetchable)
