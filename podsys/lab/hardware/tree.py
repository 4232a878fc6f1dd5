"""The PCI devices of a platform in good health, with their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from podsys.model.platform import Link, PciPart, Platform, Root

Device = dict[str, Any]
Entry = tuple[str, Device]

CLASSES = {"nvswitch": "068000", "nvme": "010802"}
GPU_CLASSES = {"nvidia": "030200", "amd": "120000"}
NIC_CLASSES = {"infiniband": "020700", "ethernet": "020000"}
BRIDGE_CLASS = "060400"


def list_devices(platform: Platform) -> dict[str, Device]:
    """BDF -> device, in the order of the addresses.

    Every device is in a group of its own: the IOMMU groups keep the view of the boot, where
    the kernel had isolated the ports.
    """
    found = dict(sorted(entry for root in platform.tree for entry in _below_root(platform, root)))
    for group, device in enumerate(found.values()):
        device["iommu_group"] = group
    return found


def find_devices(devices: dict[str, Device], kind: str) -> list[str]:
    """BDFs of one kind, by index."""
    found = [(device["index"], bdf) for bdf, device in devices.items() if device["kind"] == kind]
    return [bdf for _, bdf in sorted(found)]


def _below_root(platform: Platform, root: Root) -> Iterator[Entry]:
    domain, first, index = root.port[:4], root.buses[0], platform.tree.index(root)
    narrow = _link_of(platform, root.below[0]) if not root.switch else None
    yield root.port, _port(platform.root_ports, platform, root, "root_port", index, "", narrow)
    if not root.switch:
        yield f"{domain}:{first:02x}:00.0", _endpoint(platform, root, root.below[0], root.port)
        return
    assert platform.switches
    switch = platform.switches
    upstream = f"{domain}:{first:02x}:00.0"
    yield upstream, _port(switch, platform, root, "switch_up", index, root.port)
    before = sum(len(other.below) for other in platform.tree[:index] if other.switch)
    for number, place in enumerate(root.below):
        port = f"{domain}:{first + 1:02x}:{number:02x}.0"
        link = _link_of(platform, place)
        yield port, _port(switch, platform, root, "switch_down", before + number, upstream, link)
        yield f"{domain}:{first + 2 + number:02x}:00.0", _endpoint(platform, root, place, port)


def _endpoint(platform: Platform, root: Root, place: str, parent: str) -> Device:
    kind, index = place.split()
    part = platform.parts()[kind]
    device = _device(part, platform, kind, int(index), parent, root.numa)
    device |= {"class": _class_of(platform, kind), "mrrs": part.mrrs, "relaxed_ordering": True}
    return device | _running(part.link, part.link)


def _port(
    part: PciPart,
    platform: Platform,
    root: Root,
    kind: str,
    index: int,
    parent: str,
    below: Link | None = None,
) -> Device:
    """A bridge. Ports with something to isolate have ACS, all of it off."""
    device = _device(part, platform, kind, index, parent, root.numa)
    device["acs"] = None if kind == "switch_up" else []
    most = part.link
    if kind == "switch_down" and below:
        most = Link(gts=part.link.gts, width=below.width)
    return device | _running(most, below or part.link)


def _device(
    part: PciPart, platform: Platform, kind: str, index: int, parent: str, numa: int
) -> Device:
    vendor, device = part.pci_id.split(":")
    return {
        "kind": kind,
        "index": index,
        "parent": parent,
        "vendor": vendor,
        "device": device,
        "subsystem": part.subsystem or part.pci_id,
        "class": BRIDGE_CLASS,
        "revision": part.revision,
        "numa": numa,
        "present": True,
        "gone": False,
        "driver": part.driver,
        "mps_supported": part.max_payload,
        "mps": platform.payload,
        "mrrs": 128,
        "relaxed_ordering": False,
        "aspm": "off",
        "acs": None,
        "bars": list(part.bars),
        "aer": {"correctable": 0, "nonfatal": 0, "fatal": 0},
    }


def _running(most: Link, partner: Link) -> Device:
    """A link runs at what both of its ends can do."""
    return {
        "speed_gts": min(most.gts, partner.gts),
        "max_speed_gts": most.gts,
        "width": min(most.width, partner.width),
        "max_width": most.width,
    }


def _link_of(platform: Platform, place: str) -> Link:
    return platform.parts()[place.split(maxsplit=1)[0]].link


def _class_of(platform: Platform, kind: str) -> str:
    if kind == "gpu" and platform.gpus:
        return GPU_CLASSES[platform.gpus.vendor]
    if kind == "nic" and platform.nics:
        return NIC_CLASSES[platform.nics.mode]
    return CLASSES[kind]
