"""Platforms: their files read, and a machine recognised among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from podsys.core.document import check_document, read_document
from podsys.core.platform_checks import check_platform
from podsys.model.facts import NodeFacts
from podsys.model.platform import Platform
from podsys.model.problem import Problem


def parse_platforms(texts: Mapping[str, str]) -> tuple[list[Platform], list[Problem]]:
    """Every platform of these files (name -> text), and every fault in them."""
    platforms: list[Platform] = []
    problems: list[Problem] = []
    for file, text in sorted(texts.items()):
        document = read_document(text, file)
        platform = check_document(document, Platform)
        for path, message, hint in check_platform(platform, file) if platform else ():
            document.add(path, message, hint)
        if platform and not document.problems:
            platforms.append(platform)
        problems += document.problems
    return platforms, problems


def recognise(facts: NodeFacts, platforms: Sequence[Platform]) -> Platform | None:
    """The platform of this machine; None when it is of none that is known, or cannot be told.

    A machine that lost some of its accelerators, or all, is still of its platform: what is
    missing is then a finding. Product names decide only where PCI ids leave a choice: boards of
    four have the same accelerators and no NVSwitches, and cards are sold in any number.
    """
    devices = facts.get("pci.devices")
    if devices is None:
        return None
    product = str(facts.get("dmi.product") or facts.get("system.product") or "")
    named = [platform for platform in platforms if _is_named(platform, product)]
    gpus = _count_ids(devices, "gpu")
    if gpus:
        possible = [one for one in platforms if _can_hold(one, gpus)]
        switches = _count_ids(devices, "nvswitch")
        seen = [one for one in possible if one in named or _shows_itself(one, gpus, switches)]
        return _nearest(seen, named, gpus)
    if named:
        return _only([one for one in named if _fits_switches(one, devices)])
    plain = not _count_ids(devices, "nvswitch")
    return _only([one for one in platforms if one.match.gpus is None and plain])


def _can_hold(platform: Platform, gpus: Counter[str]) -> bool:
    """All accelerators seen are this platform's, and not more than it has."""
    return list(gpus) == [platform.match.gpus] and gpus.total() <= platform.match.gpu_count


def _shows_itself(platform: Platform, gpus: Counter[str], switches: Counter[str]) -> bool:
    """In all its accelerators, or in the switches that join them on one board."""
    if platform.nvswitches and gpus.total() < platform.match.gpu_count:
        return platform.nvswitches.pci_id in switches
    return platform.switches is not None or gpus.total() == platform.match.gpu_count


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
