"""All that a node sees of its hardware, from its state."""

from __future__ import annotations

from podsys.lab.hardware.amd import amd_files
from podsys.lab.hardware.dmi import dmi_files
from podsys.lab.hardware.files import Entry, Files, Folder
from podsys.lab.hardware.host import Machine
from podsys.lab.hardware.infiniband import infiniband_files
from podsys.lab.hardware.kmsg import kmsg_files
from podsys.lab.hardware.modules import module_files
from podsys.lab.hardware.netdevs import netdev_files
from podsys.lab.hardware.numa import numa_files
from podsys.lab.hardware.pci import pci_files
from podsys.lab.hardware.proc_driver import proc_driver_files
from podsys.lab.hardware.software import software_files
from podsys.lab.hardware.sysfs import State

RENDERERS = (
    pci_files,
    infiniband_files,
    netdev_files,
    amd_files,
    dmi_files,
    kmsg_files,
    proc_driver_files,
    module_files,
    software_files,
)
# Folders that the node has mounted: they stay, whatever is in them.
PLACES = (
    "/dev",
    "/proc/driver",
    "/run/podsys-lab",
    "/sys/bus/pci",
    "/sys/class",
    "/sys/devices/system/node",
    "/sys/firmware",
    "/sys/kernel/iommu_groups",
)


def render(state: State, machine: Machine) -> Files:
    files: dict[str, Entry] = {path: Folder() for path in PLACES}
    for renderer in RENDERERS:
        files |= renderer(state)
    files |= numa_files(state["cpu"]["numa_nodes"], machine)
    return files
