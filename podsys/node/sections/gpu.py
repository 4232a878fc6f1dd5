"""Accelerators, as the driver of their maker sees them."""

from collections import Counter
from typing import Any, Dict

from ..accelerators import BLANK, find_maker
from ..pci import list_gpus


def read() -> Dict[str, Any]:
    """Of one maker: where there are several, of the one that most of them are from. Those of a
    maker that no file reads are counted, under the PCI id of the maker."""
    devices = list_gpus()
    if not devices:
        return dict(BLANK)
    vendor = Counter(device.vendor for device in devices).most_common(1)[0][0]
    own = [device for device in devices if device.vendor == vendor]
    maker = find_maker(vendor)
    if maker is None:
        return dict(BLANK, vendor=vendor, count=len(own))
    return dict(BLANK, vendor=maker.NAME, **maker.read(own))
