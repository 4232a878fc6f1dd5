"""Accelerators, their switches, NICs and NVMe drives on PCI, and all bridges above them."""

import os
import re
from typing import Any, Dict, List, Optional

from .. import machine
from ..pci import FOLDER, Device, list_devices
from ..pci_config import UNKNOWN, Registers, decode
from ..sysfs import link_name, read_node, read_word
from ..values import hexadecimal, whole

ENDS = ("gpu", "nvswitch", "nic", "nvme")
POLICY = "/sys/module/pcie_aspm/parameters/policy"
SEVERITIES = (("correctable", "COR"), ("nonfatal", "NONFATAL"), ("fatal", "FATAL"))


def read() -> Dict[str, Any]:
    devices = find_shown(list_devices())
    types = [read_word("%s/%s/iommu_group/type" % (FOLDER, device.bdf)) for device in devices]
    policy = re.search(r"\[(\w+)\]", read_word(POLICY))
    return {
        "devices": [_describe(device) for device in devices],
        "iommu_types": sorted(set(filter(None, types))),
        "aspm_policy": policy.group(1) if policy else "",
    }


def find_shown(devices: List[Device]) -> List[Device]:
    above = {bdf for d in devices if d.kind in ENDS for bdf in d.chain[:-1]}
    return [
        device._replace(kind="bridge") if device.bdf in above else device
        for device in devices
        if device.kind in ENDS or device.bdf in above
    ]


def _describe(device: Device) -> Dict[str, Any]:
    folder = "%s/%s" % (FOLDER, device.bdf)
    facts = {
        "bdf": device.bdf,
        "vendor": device.vendor or hexadecimal(read_word(folder + "/vendor")),
        "device": hexadecimal(read_word(folder + "/device")),
        "class": device.code,
        "kind": device.kind,
        "driver": link_name(folder + "/driver"),
        "numa_node": read_node(folder),
        "parent": device.chain[-2] if len(device.chain) > 1 else "",
        "iommu_group": whole(link_name(folder + "/iommu_group")),
        "aer": _read_aer(folder),
    }
    facts.update(_read_config(folder))
    return facts


def _read_config(folder: str) -> Dict[str, Any]:
    """Of a device that is gone, the kernel still has what it read at boot, but no registers."""
    try:
        descriptor = os.open(machine.at(folder + "/config"), os.O_RDONLY)
    except OSError:
        return dict(UNKNOWN, gone=False)
    try:
        registers = Registers(lambda offset, length: os.pread(descriptor, length, offset))
        gone = registers.is_gone()
        return dict(UNKNOWN if gone else decode(registers), gone=gone)
    except OSError:
        return dict(UNKNOWN, gone=False)
    finally:
        os.close(descriptor)


def _read_aer(folder: str) -> Optional[Dict[str, int]]:
    """Errors counted since boot; None where the device or the kernel has no such counters."""
    counts = {name: _read_total(folder, name, word) for name, word in SEVERITIES}
    known = {name: count for name, count in counts.items() if count is not None}
    return known if len(known) == len(counts) else None


def _read_total(folder: str, name: str, word: str) -> Optional[int]:
    try:
        text = machine.read_text("%s/aer_dev_%s" % (folder, name)) or ""
    except machine.Unreadable:
        return None
    total = re.search(r"^TOTAL_ERR_%s ([0-9]+)$" % word, text, re.MULTILINE)
    return whole(total.group(1)) if total else None
