"""The emulated PCI tree: /sys/devices/pciDDDD:BB, /sys/bus/pci and the IOMMU groups.

The folders nest as the bridges do, so that a resolved path is the chain of bridges above a
device. Everything is rendered from the state; see state.py for its shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from podsys.lab.hardware.around import look_around
from podsys.lab.hardware.files import Entry, Files, Folder, link_to
from podsys.lab.hardware.pci_device import list_attributes, list_cpus
from podsys.lab.hardware.topology import Devices, list_above, list_reachable

State = dict[str, Any]
Device = dict[str, Any]
Placed = tuple[str, Entry]

BUS, GROUPS = "/sys/bus/pci", "/sys/kernel/iommu_groups"
POLICY = "/sys/module/pcie_aspm/parameters/policy"
POLICIES = ("default", "performance", "powersave", "powersupersave")
# Drivers that are there only while their maker's module is loaded.
GPU_DRIVERS = frozenset({"nvidia", "nvidia-nvswitch", "amdgpu"})


def pci_files(state: State) -> Files:
    """Absolute path inside the node -> content, link or folder."""
    devices, found = state["devices"], dict(_fixed(state))
    around, cpus = look_around(devices), list_cpus(state["cpu"])
    for bdf, device in list_reachable(devices).items():
        home = locate(devices, bdf)
        for name, content in list_attributes(bdf, device, around[bdf], cpus).items():
            found[f"{home}/{name}"] = content
        found |= _links(state, bdf, home)
    return found


def locate(devices: Devices, bdf: str) -> str:
    """The device's folder below /sys/devices."""
    chain = [bdf, *list_above(devices, bdf)]
    return "/".join([_host_bridge(chain[-1]), *reversed(chain)])


def _host_bridge(bdf: str) -> str:
    return f"/sys/devices/pci{bdf[:7]}"


def _fixed(state: State) -> Iterator[Placed]:
    """What is there whatever is plugged in; the node has these mounted."""
    for folder in (f"{BUS}/devices", f"{BUS}/drivers", GROUPS):
        yield folder, Folder()
    for bdf, device in state["devices"].items():
        if not device["parent"]:
            yield _host_bridge(bdf), Folder()
    marked = (f"[{one}]" if one == state["aspm_policy"] else one for one in POLICIES)
    yield POLICY, f"{' '.join(marked)}\n".encode()


def _links(state: State, bdf: str, home: str) -> dict[str, Entry]:
    """The device in the lists of its bus, its driver and its group."""
    device = state["devices"][bdf]
    lists = {f"{home}/subsystem": BUS, f"{BUS}/devices/{bdf}": home}
    driver, group = bound_driver(state, device), device["iommu_group"]
    if driver:
        folder = f"{BUS}/drivers/{driver}"
        lists |= {f"{home}/driver": folder, f"{folder}/{bdf}": home}
    found: dict[str, Entry] = {path: link_to(path, target) for path, target in lists.items()}
    if state["iommu"]["on"] and group is not None:
        found |= _group(state["iommu"]["type"], f"{GROUPS}/{group}", bdf, home)
    return found


def _group(kind: str, folder: str, bdf: str, home: str) -> dict[str, Entry]:
    member, mine = f"{folder}/devices/{bdf}", f"{home}/iommu_group"
    return {
        f"{folder}/type": f"{kind}\n".encode(),
        member: link_to(member, home),
        mine: link_to(mine, folder),
    }


def bound_driver(state: State, device: Device) -> str:
    """The driver that holds a device; that of a GPU only while its module is loaded."""
    driver: str = device["driver"]
    return "" if driver in GPU_DRIVERS and not state["driver"]["module_loaded"] else driver
