"""Accelerators, as the driver of their maker sees them."""

from typing import Any, Dict

from ..accelerators import BLANK, find_maker
from ..pci import list_gpus


def read() -> Dict[str, Any]:
    """Of one maker: where there are several, of the one that most of them are from. Those of a
    maker that no file reads are counted, under the PCI id of the maker."""
    vendors = [device.vendor for device in list_gpus()]
    if not vendors:
        return dict(BLANK)
    vendor = max(sorted(set(vendors)), key=vendors.count)
    own = [device for device in list_gpus() if device.vendor == vendor]
    maker = find_maker(vendor)
    if maker is None:
        return dict(BLANK, vendor=vendor, count=len(own))
    return dict(BLANK, vendor=maker.NAME, **maker.read(own))
