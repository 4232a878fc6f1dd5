"""Versions of kernel modules for hardware that is there.

Read live from /sys/module (`not loaded` where it is not), and for the next boot from modinfo
(`not built` where there is none), for the kernel that the params name or else the running one.
Built by dkms autoinstall, where the package left it unbuilt; where the params name a package that
brings it, that is installed again. A module that is loaded already goes with the next reboot.
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
    for package in sorted({item["params"].get("package", "") for item in changed}):
        machine.ask(_mend(package, changed[0]["params"].get("kernel", "")), BUILD_LIMIT_S)


def _mend(package: str, kernel: str) -> List[str]:
    if not package:
        return ["dkms", "autoinstall"] + (["-k", kernel] if kernel else [])
    again = ["--reinstall", "--allow-change-held-packages", "install", package]
    return ["apt-get", "-qy", "-o", "DPkg::Lock::Timeout=300"] + again


def _read_one(item: Item) -> Dict[str, str]:
    maker, kernel = item["params"]["maker"], item["params"].get("kernel", "")
    if not has_gpu_of(MAKERS[maker]):
        return {"absent": "the machine has no %s GPU" % maker}
    loaded = (machine.read_text("/sys/module/%s/version" % item["key"]) or "").strip()
    built = read_built(item["key"], kernel) or read_built(item["key"] + DEBIANS, kernel)
    return {"live": loaded or "not loaded", "persistent": built or "not built"}


def read_built(name: str, kernel: str = "") -> str:
    of = ["-k", kernel] if kernel else []
    found = machine.run(["modinfo"] + of + ["-F", "version", name])
    return found.out.strip() if found.code == 0 else ""


def has_gpu_of(vendor: str) -> bool:
    for folder in machine.list_folder("/sys/bus/pci/devices"):
        device = "/sys/bus/pci/devices/%s/" % folder
        if (machine.read_text(device + "class") or "").startswith(DISPLAY):
            if (machine.read_text(device + "vendor") or "").strip() == vendor:
                return True
    return False
