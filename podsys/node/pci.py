"""PCI devices as the kernel lists them: what each is, and which bridges lead to it."""

import os
from typing import List, Tuple

from . import machine
from .memo import once
from .record import Record
from .sysfs import read_word
from .values import hexadecimal, is_pci_address

FOLDER = "/sys/bus/pci/devices"
NVIDIA, AMD = "10de", "1002"
# Their graphics cards compute too. Others' are what a server has for its console.
GRAPHICS = (NVIDIA, AMD)
# By the beginning of the class.
KINDS = (
    ("0302", "gpu"),
    ("0300", "graphics"),
    ("0380", "gpu"),
    ("12", "gpu"),
    ("0680", "nvswitch"),
    ("02", "nic"),
    ("010802", "nvme"),
    ("0604", "bridge"),
)


class Device(Record):
    """`chain` are the addresses of the bridges from the root down, and of the device itself."""

    __slots__ = ("bdf", "vendor", "code", "kind", "chain")
    bdf: str
    vendor: str
    code: str
    kind: str
    chain: Tuple[str, ...]


def list_devices() -> List[Device]:
    return list(once("PCI devices", _list_devices))


def list_gpus() -> List[Device]:
    return [device for device in list_devices() if device.kind == "gpu"]


def is_gone(bdf: str) -> bool:
    """A device that fell off the bus answers ones to everything; the kernel may still list it."""
    try:
        descriptor = os.open(machine.at("%s/%s/config" % (FOLDER, bdf)), os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.read(descriptor, 4) == b"\xff" * 4
    except OSError:
        return False
    finally:
        os.close(descriptor)


def is_virtual(folder: str) -> bool:
    """One of the functions into which SR-IOV splits a device: it has no link of its own."""
    return machine.exists(folder + "/physfn")


def _list_devices() -> List[Device]:
    return [_describe(bdf) for bdf in machine.list_folder(FOLDER) if is_pci_address(bdf)]


def _describe(bdf: str) -> Device:
    """Of most devices of a server nothing but the class is of interest."""
    folder = "%s/%s" % (FOLDER, bdf)
    code = hexadecimal(read_word(folder + "/class")).rjust(6, "0")
    kind = next((kind for start, kind in KINDS if code.startswith(start)), "")
    if not kind:
        return Device(bdf, "", code, "other", (bdf,))
    vendor = hexadecimal(read_word(folder + "/vendor"))
    if kind == "graphics":
        kind = "gpu" if vendor in GRAPHICS else "other"
    if (kind == "nvswitch" and vendor != NVIDIA) or is_virtual(folder):
        kind = "other"
    return Device(bdf, vendor, code, kind, _read_chain(folder, bdf))


def _read_chain(folder: str, bdf: str) -> Tuple[str, ...]:
    """From where the entry's link leads: one look instead of one at each bridge.

    Intel's VMD is a root of its own: what the link has above it is no way of packets.
    """
    try:
        parts = os.readlink(machine.at(folder)).rpartition("/pci")[2].split("/")
    except OSError:
        return (bdf,)
    return tuple(filter(is_pci_address, parts[:-1])) + (bdf,)
