"""Platforms: their files read, and a machine recognised among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from podsys.core.document import check_document, read_document
from podsys.model.facts import NodeFacts
from podsys.model.platform import Platform
from podsys.model.problem import Problem

Fault = tuple[tuple[str | int, ...], str, str]


def parse_platforms(texts: Mapping[str, str]) -> tuple[list[Platform], list[Problem]]:
    """Every platform of these files (name -> text), and every fault in them."""
    platforms: list[Platform] = []
    problems: list[Problem] = []
    for file, text in sorted(texts.items()):
        document = read_document(text, file)
        platform = check_document(document, Platform)
        for path, message, hint in _check_platform(platform, file) if platform else ():
            document.add(path, message, hint)
        if platform and not document.problems:
            platforms.append(platform)
        problems += document.problems
    return platforms, problems


def recognise(facts: NodeFacts, platforms: Sequence[Platform]) -> Platform | None:
    """The platform of this machine; None when it is of none that is known, or cannot be told.

    A machine that lost some of its accelerators, or all, is still of its platform: what is
    missing is then a finding. Product names decide only where PCI ids leave a choice.
    """
    devices = facts.get("pci.devices")
    if devices is None:
        return None
    product = str(facts.get("dmi.product") or facts.get("system.product") or "")
    named = [platform for platform in platforms if _is_named(platform, product)]
    gpus = _count_ids(devices, "gpu")
    if gpus:
        return _nearest([one for one in platforms if _can_hold(one, gpus)], named, gpus)
    if named:
        return _only([one for one in named if _fits_switches(one, devices)])
    return _only([one for one in platforms if one.match.gpus is None])


def _can_hold(platform: Platform, gpus: Counter[str]) -> bool:
    """All accelerators seen are this platform's, and not more than it has."""
    return list(gpus) == [platform.match.gpus] and gpus.total() <= platform.match.gpu_count


def _nearest(
    possible: Sequence[Platform], named: Sequence[Platform], gpus: Counter[str]
) -> Platform | None:
    """By name, then by count; the smallest that has room for what is seen."""
    return min(
        possible,
        key=lambda one: (one not in named, one.match.gpu_count - gpus.total(), one.id),
        default=None,
    )


def _is_named(platform: Platform, product: str) -> bool:
    return any(re.search(pattern, product) for pattern in platform.match.products)


def _fits_switches(platform: Platform, devices: Sequence[Mapping[str, object]]) -> bool:
    """NVSwitches stay visible when every GPU is gone, and tell the makers apart."""
    seen = set(_count_ids(devices, "nvswitch"))
    return not seen or bool(platform.nvswitches and platform.nvswitches.pci_id in seen)


def _count_ids(devices: Sequence[Mapping[str, object]], kind: str) -> Counter[str]:
    return Counter(
        f"{device['vendor']}:{device['device']}" for device in devices if device["kind"] == kind
    )


def _only(found: Sequence[Platform]) -> Platform | None:
    return found[0] if len(found) == 1 else None


def _check_platform(platform: Platform, file: str) -> Iterator[Fault]:
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
