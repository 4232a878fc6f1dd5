"""What must hold within a platform file beyond the shape of its keys."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from podsys.model.platform import Platform

Fault = tuple[tuple[str | int, ...], str, str]


def check_platform(platform: Platform, file: str) -> Iterator[Fault]:
    """Every fault as its path in the file, what is wrong, and what to write instead."""
    name = PurePosixPath(file).stem
    if platform.id != name:
        yield ("id",), f"{platform.id} stands in the file of {name}", "name the file by its id"
    yield from _check_match(platform)
    yield from _check_tree(platform)
    yield from _check_buses(platform)
    if platform.gpus and platform.gpus.nvlinks_active > platform.gpus.nvlinks:
        yield ("gpus", "nvlinks_active"), "more links wired than the chip has", ""


def _check_match(platform: Platform) -> Iterator[Fault]:
    for position, pattern in enumerate(platform.match.products):
        try:
            re.compile(pattern)
        except re.error as error:
            yield ("match", "products", position), f"not a regular expression: {error}", ""
    wanted = (platform.gpus.pci_id, platform.gpus.count) if platform.gpus else (None, 0)
    if (platform.match.gpus, platform.match.gpu_count) != wanted:
        yield ("match",), "match and gpus differ", "give both the same PCI id and count"


def _check_tree(platform: Platform) -> Iterator[Fault]:
    """Each device stands in the tree once."""
    placed = Counter(place for root in platform.tree for place in root.below)
    wanted = {
        f"{kind} {index}" for kind, part in platform.parts().items() for index in range(part.count)
    }
    for place in sorted(wanted - set(placed)):
        yield ("tree",), f"{place} is missing", "put it below a root port"
    for place, times in placed.items():
        if place not in wanted or times > 1:
            yield ("tree",), f"{place} is one too many", "each device stands below one root port"
    for position, root in enumerate(platform.tree):
        if root.switch and not platform.switches:
            yield ("tree", position), "the platform has no switches", "add switches:"
        if not root.switch and len(root.below) > 1:
            yield ("tree", position), "a root port holds one device", "put switch: true"


def _check_buses(platform: Platform) -> Iterator[Fault]:
    """A bus number leads to one root port, or stands above all of them."""
    taken: dict[tuple[str, int], str] = {}
    for root in platform.tree:
        taken.setdefault((root.port[:4], int(root.port[5:7], 16)), "")
    for position, root in enumerate(platform.tree):
        for bus in root.buses:
            other = taken.setdefault((root.port[:4], bus), root.port)
            if other != root.port or bus > 0xFF:
                where = ("tree", position)
                yield where, f"bus {bus:02x} below {root.port} is taken", "give a free first_bus"
