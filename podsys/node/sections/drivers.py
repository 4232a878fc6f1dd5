"""Kernel modules and services that accelerators and NICs need, with their versions."""

import os
import re
from typing import Any, Dict, List

from .. import machine
from ..packages import is_debian, read_dpkg
from ..pci import NVIDIA, list_devices
from ..sysfs import read_word
from ..systemd import Question, show
from ..values import word

MODULES = (
    "amdgpu",
    "gdrdrv",
    "ib_core",
    "ib_umad",
    "ib_uverbs",
    "mlx5_core",
    "mlx5_ib",
    "nouveau",
    "nv_peer_mem",
    "nvidia",
    "nvidia_fs",
    "nvidia_modeset",
    "nvidia_peermem",
    "nvidia_uvm",
    "rdma_cm",
)
FABRIC_MANAGER = "nvidia-fabricmanager.service"
PERSISTENCED = "nvidia-persistenced.service"
BINARY = "nv-fabricmanager"
# Either brings the driver's user space; named so in NVIDIA's, Debian's and Red Hat's packages.
PACKAGES = re.compile(
    r"(libnvidia-compute-\d+(-server)?|libnvidia-ml1|nvidia-driver-(cuda-)?libs)\Z"
)
# Since then the kernel has DMA-BUF for peers, which the open modules of NVIDIA give out.
DMABUF_KERNEL = (5, 12)


def read() -> Dict[str, Any]:
    there = set(machine.list_folder("/sys/module"))
    modules = {
        name: read_word("/sys/module/%s/version" % name) for name in MODULES if name in there
    }
    units = show(*asks_systemd())
    return {
        "modules": modules,
        "nouveau": "nouveau" in modules,
        "peermem": "nvidia_peermem" in modules or "nv_peer_mem" in modules,
        "dmabuf": has_dmabuf(modules),
        "gdrcopy": "gdrdrv" in modules,
        "fabric_manager": _read_fabric_manager(units[FABRIC_MANAGER]),
        "persistenced_active": is_active(units[PERSISTENCED]),
        "nvidia_package_version": _read_package(),
    }


def asks_systemd() -> Question:
    return [FABRIC_MANAGER, PERSISTENCED], ["ActiveState"]


def is_active(shown: Dict[str, str]) -> Any:
    """None where there is no such service."""
    return shown["ActiveState"] == "active" if "ActiveState" in shown else None


def has_dmabuf(modules: Dict[str, str]) -> bool:
    opened = "Open Kernel Module" in (machine.read_text("/proc/driver/nvidia/version") or "")
    able = "amdgpu" in modules or ("nvidia" in modules and opened)
    return able and parse_release(os.uname().release) >= DMABUF_KERNEL


def parse_release(release: str) -> "tuple[int, ...]":
    """`5.15.0-112-generic` -> 5, 15"""
    return tuple(int(part) for part in re.findall(r"\d+", release, re.ASCII)[:2])


def _read_fabric_manager(unit: Dict[str, str]) -> Dict[str, Any]:
    """The version is that of the program itself: whichever package put it there."""
    installed = machine.find_command(BINARY) is not None
    return {
        "installed": installed,
        "active": is_active(unit),
        "version": _ask_version() if installed else "",
    }


def _ask_version() -> str:
    try:
        return parse_version(machine.run([BINARY, "--version"], 5).out)
    except machine.Unreadable:
        return ""


def parse_version(text: str) -> str:
    """`Fabric Manager version is : 535.129.03`"""
    match = re.search(r"version is\s*:?\s*(\d+(?:\.\d+){1,3})\s*$", text, re.ASCII | re.MULTILINE)
    return word(match.group(1)) if match else ""


def _read_package() -> str:
    """Of the driver as installed, which may be newer than the module that is loaded."""
    if not any(device.vendor == NVIDIA for device in list_devices()):
        return ""
    if is_debian():
        found = {n: p.version for n, p in read_dpkg().items() if p.state == "installed"}
    else:
        found = _ask_rpm()
    versions = [version for name, version in sorted(found.items()) if PACKAGES.match(name)]
    return bare_version(versions[-1]) if versions else ""


def _ask_rpm() -> Dict[str, str]:
    names = ["nvidia-driver-libs", "nvidia-driver-cuda-libs"]
    if machine.find_command("rpm") is None:
        return {}
    lines: List[str] = machine.run(["rpm", "-q", "--qf", "%{NAME} %{VERSION}\n"] + names).out.split(
        "\n"
    )
    pairs = (line.split(" ") for line in lines)
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def bare_version(version: str) -> str:
    """As the driver calls itself: without epoch and packaging, 1:535.261.03-1~deb12u1"""
    match = re.match(r"(?:\d+:)?(\d+(?:\.\d+){1,3})", version, re.ASCII)
    return match.group(1) if match else ""
