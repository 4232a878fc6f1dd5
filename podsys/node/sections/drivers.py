"""Kernel modules and services that accelerators and NICs need, with their versions."""

import os
from typing import Any, Dict, Tuple

from .. import machine
from ..packages import is_debian, read_dpkg
from ..pci import NVIDIA, list_devices
from ..sysfs import read_some, read_word
from ..systemd import Question, show
from ..values import DIGITS, whole, word

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
NVRM = "/proc/driver/nvidia/version"
# One of them brings the driver's user space, by NVIDIA's and Debian's names, and by Red Hat's.
PACKAGES = ("libnvidia-compute-", "libnvidia-ml1", "nvidia-driver-cuda-libs", "nvidia-driver-libs")
NUMBERS = DIGITS | frozenset(".")
# Since then the kernel has DMA-BUF for peers, which the open modules of NVIDIA give out.
DMABUF_KERNEL = (5, 12)


def read() -> Dict[str, Any]:
    there = set(MODULES).intersection(machine.list_folder("/sys/module"))
    modules = {name: read_word("/sys/module/%s/version" % name) for name in sorted(there)}
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
        "nvidia_proc_version": parse_nvrm(read_some(NVRM)),
    }


def asks_systemd() -> Question:
    return [FABRIC_MANAGER, PERSISTENCED], ["ActiveState"]


def is_active(shown: Dict[str, str]) -> Any:
    """None where there is no such service."""
    return shown["ActiveState"] == "active" if "ActiveState" in shown else None


def has_dmabuf(modules: Dict[str, str]) -> bool:
    opened = "Open Kernel Module" in read_some(NVRM)
    able = "amdgpu" in modules or ("nvidia" in modules and opened)
    return able and parse_release(os.uname().release) >= DMABUF_KERNEL


def parse_release(release: str) -> Tuple[int, ...]:
    """`5.15.0-112-generic` -> 5, 15"""
    numbers = [whole(part) for part in release.split(".")[:2]]
    return tuple(number or 0 for number in numbers)


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
    lines = [line for line in text.splitlines() if "version is" in line]
    return bare_version(word(lines[0]).rpartition(" ")[2]) if lines else ""


def parse_nvrm(text: str) -> str:
    """`NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.261.03  Thu May ...`"""
    parts = text.partition("\n")[0].split("  ")
    return bare_version(parts[1].strip()) if len(parts) > 1 else ""


def _read_package() -> str:
    """Of the driver as installed, which may be newer than the module that is loaded."""
    if not any(device.vendor == NVIDIA for device in list_devices()):
        return ""
    if is_debian():
        found = {n: p.version for n, p in read_dpkg().items() if p.state == "installed"}
    else:
        found = _ask_rpm()
    versions = [version for name, version in sorted(found.items()) if name.startswith(PACKAGES)]
    return bare_version(versions[0]) if versions else ""


def _ask_rpm() -> Dict[str, str]:
    if machine.find_command("rpm") is None:
        return {}
    words = ["rpm", "-q", "--qf", "%{NAME} %{VERSION}\n", PACKAGES[2], PACKAGES[3]]
    pairs = [line.split(" ") for line in machine.run(words).out.splitlines()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def bare_version(version: str) -> str:
    """As the driver calls itself: 1:535.261.03-1~deb12u1 -> 535.261.03; no epoch, no packaging"""
    upstream = version.rpartition(":")[2].partition("-")[0]
    return (
        upstream if len(upstream) <= 20 and "." in upstream and NUMBERS.issuperset(upstream) else ""
    )
