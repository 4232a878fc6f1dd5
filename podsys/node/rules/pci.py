"""PCI devices in rules: addresses however they are written, and the way up to the root."""

import re
from functools import lru_cache
from typing import Any, Dict, List, Tuple

from .scope import MEMORY, Scope
from .truth import Unknown

ADDRESS = re.compile(r"(?:([0-9a-f]{4,8}):)?\b([0-9a-f]{2}):([0-9a-f]{2})(?:\.([0-7]))?\b", re.I)
LONGEST_TEXT = 100


def parse_address(text: Any) -> Any:
    """(domain, bus, device, function or None) of `0000:18:00.0`, `PCI:0000:18:00` and the like."""
    if not isinstance(text, str):
        return Unknown("a %s is no PCI address" % type(text).__name__)
    return _parse(text[:LONGEST_TEXT])


@lru_cache(maxsize=4096)
def _parse(text: str) -> Any:
    match = ADDRESS.search(text)
    if match is None:
        return Unknown("%.40r is no PCI address" % (text,))
    domain, bus, device, function = match.groups()
    place = int(domain or "0", 16), int(bus, 16), int(device, 16)
    return place + (None if function is None else int(function),)


def same_device(scope: Scope, one: Any, other: Any) -> Any:
    """Addresses as different tools write them; one without a function is any function."""
    a, b = parse_address(one), parse_address(other)
    for address in (a, b):
        if isinstance(address, Unknown):
            return address
    return a[:3] == b[:3] and (None in (a[3], b[3]) or a[3] == b[3])


def find_device(scope: Scope, bdf: Any) -> Any:
    """The entry of pci.devices; None when there is none."""
    devices, address = _devices(scope), parse_address(bdf)
    for part in (devices, address):
        if isinstance(part, Unknown):
            return part
    return devices.get(address[:3] + (address[3] or 0,))


def path_of(scope: Scope, bdf: Any) -> Any:
    """From the device up to its root port; empty when there is no such device."""
    known = scope[MEMORY].setdefault("paths", {})
    if not isinstance(bdf, str):
        return parse_address(bdf)
    if bdf not in known:
        known[bdf] = _climb(scope, bdf)
    return known[bdf]


def _climb(scope: Scope, bdf: str) -> Any:
    chain: List[Any] = []
    device = find_device(scope, bdf)
    while isinstance(device, dict) and device not in chain:
        chain.append(device)
        parent = device.get("parent")
        if parent is None:
            return Unknown("where %s is plugged in is not known" % bdf)
        device = find_device(scope, parent) if parent else None
    return device if isinstance(device, Unknown) else chain


def _devices(scope: Scope) -> Any:
    """By address; made once for all rules of a look."""
    memory = scope[MEMORY]
    if "devices" not in memory:
        memory["devices"] = _index_devices(scope.get("pci"))
    return memory["devices"]


def _index_devices(pci: Any) -> Any:
    if isinstance(pci, Unknown):
        return pci
    devices = pci.get("devices") if isinstance(pci, dict) else None
    if not isinstance(devices, list):
        return Unknown("the probe did not report pci", "section", "pci")
    found: Dict[Tuple[Any, ...], Any] = {}
    for device in devices:
        address = parse_address(device.get("bdf") if isinstance(device, dict) else None)
        if not isinstance(address, Unknown):
            found[address[:3] + (address[3] or 0,)] = device
    return found
