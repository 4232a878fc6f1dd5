"""Versions of kernel modules for hardware that is there.

Read live from /sys/module (`not loaded` where it is not), and for the next boot from modinfo
(`not built` where the running kernel has none). Built by dkms autoinstall, where the package
left it unbuilt; a module that is loaded already goes with the next reboot.
"""

from typing import Dict, List

from .. import machine
from . import Item, Readings, read_each

MAKERS = {"nvidia": "0x10de", "amd": "0x1002"}
DISPLAY = "0x03"
# Debian keeps several NVIDIA drivers side by side, in files of other names than the modules.
DEBIANS = "-current"
BUILD_LIMIT_S = 1800


def read(items: List[Item]) -> Readings:
    return read_each(items, _read_one)


def write(changed: List[Item], wanted: List[Item]) -> None:
    machine.ask(["dkms", "autoinstall"], BUILD_LIMIT_S)


def _read_one(item: Item) -> Dict[str, str]:
    maker = item["params"]["maker"]
    if not has_gpu_of(MAKERS[maker]):
        return {"absent": "the machine has no %s GPU" % maker}
    loaded = (machine.read_text("/sys/module/%s/version" % item["key"]) or "").strip()
    built = read_built(item["key"]) or read_built(item["key"] + DEBIANS)
    return {"live": loaded or "not loaded", "persistent": built or "not built"}


def read_built(name: str) -> str:
    found = machine.run(["modinfo", "-F", "version", name])
    return found.out.strip() if found.code == 0 else ""


def has_gpu_of(vendor: str) -> bool:
    for folder in machine.list_folder("/sys/bus/pci/devices"):
        device = "/sys/bus/pci/devices/%s/" % folder
        if (machine.read_text(device + "class") or "").startswith(DISPLAY):
            if (machine.read_text(device + "vendor") or "").strip() == vendor:
                return True
    return False
