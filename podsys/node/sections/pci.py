"""Accelerators, their switches, NICs and NVMe drives on PCI, and all bridges above them."""

import os
from typing import Any, Dict, List, Optional

from .. import machine
from ..pci import FOLDER, Device, list_devices
from ..pci_config import UNKNOWN, Registers, decode
from ..sysfs import link_name, read_node, read_some, read_word
from ..values import hexadecimal, whole

ENDS = ("gpu", "nvswitch", "nic", "nvme")
POLICY = "/sys/module/pcie_aspm/parameters/policy"
SEVERITIES = (("correctable", "COR"), ("nonfatal", "NONFATAL"), ("fatal", "FATAL"))


def read() -> Dict[str, Any]:
    devices = find_shown(list_devices())
    types = {read_word("%s/%s/iommu_group/type" % (FOLDER, device.bdf)) for device in devices}
    return {
        "devices": [_describe(device) for device in devices],
        "iommu_types": sorted(filter(None, types)),
        "aspm_policy": find_policy(read_word(POLICY)),
    }


def find_shown(devices: List[Device]) -> List[Device]:
    """What stands above one of them is a bridge, whatever class it says it is of."""
    above = {bdf for d in devices if d.kind in ENDS for bdf in d.chain[:-1]}
    shown = [d for d in devices if d.kind in ENDS or d.bdf in above]
    return [
        Device(d.bdf, d.vendor, d.code, "bridge", d.chain) if d.bdf in above else d for d in shown
    ]


def find_policy(text: str) -> str:
    """`default performance [powersave]` -> powersave"""
    return text.partition("[")[2].partition("]")[0]


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
    found = {}
    for name, short in SEVERITIES:
        count = find_total(read_some("%s/aer_dev_%s" % (folder, name)), short)
        if count is None:
            return None
        found[name] = count
    return found


def find_total(text: str, short: str) -> Optional[int]:
    """From the last of lines such as `BadTLP 0`: `TOTAL_ERR_COR 3`"""
    name, _, count = text.rstrip().rpartition("\n")[2].partition(" ")
    return whole(count) if name == "TOTAL_ERR_" + short else None
