"""What this machine has, as far as settings ask for it: judged by looking, not by name."""

from typing import Any, Callable, Dict, List

from .. import machine
from ..packages import uses_bundle
from ..paths import find_paths
from ..pci import AMD, NVIDIA, list_gpus

GPU_VENDORS = {"nvidia_gpu": NVIDIA, "amd_gpu": AMD}


def read() -> Dict[str, Any]:
    names = [name for name, judge in JUDGES.items() if judge()]
    return {"names": sorted(names + _find_gpus())}


def _path(pattern: str) -> Callable[[], bool]:
    return lambda: bool(find_paths(pattern))


def _command(*names: str) -> Callable[[], bool]:
    return lambda: any(machine.find_command(name) for name in names)


def _has_swap() -> bool:
    return len((machine.read_text("/proc/swaps") or "").strip().splitlines()) > 1


def _has_nfs() -> bool:
    return " nfs" in (machine.read_text("/proc/self/mounts") or "")


def _find_gpus() -> List[str]:
    found = {device.vendor for device in list_gpus()}
    return [name for name, vendor in GPU_VENDORS.items() if vendor in found]


JUDGES: Dict[str, Callable[[], bool]] = {
    "apt": _command("apt-get"),
    "bundle": uses_bundle,
    "chrony": _command("chronyd"),
    "cloud_init": _command("cloud-init"),
    "cpufreq": _path("/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"),
    "cpuidle": _path("/sys/devices/system/cpu/cpu*/cpuidle/state*/disable"),
    "dnf": _command("dnf"),
    "firewall": _command("ufw", "firewall-cmd"),
    "grub": lambda: machine.exists("/etc/default/grub") or bool(machine.find_command("grubby")),
    "ipv6": _path("/proc/sys/net/ipv6"),
    "irqbalance": _command("irqbalance"),
    "kdump": _command("kdump-config", "kdumpctl"),
    "nfs": _has_nfs,
    "numa": _path("/sys/devices/system/node/node1"),
    "rdma": _path("/sys/class/infiniband/*"),
    "swap": _has_swap,
    "systemd": _path("/run/systemd/system"),
    "tuned": _command("tuned-adm"),
}
