"""What Linux shows of one PCI device in its folder below /sys/devices.

Names and formats: Documentation/ABI/testing/sysfs-bus-pci and drivers/pci/pci-sysfs.c of Linux.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from podsys.lab.hardware.around import Around
from podsys.lab.hardware.capabilities import is_bridge
from podsys.lab.hardware.config_space import build_config

Device = dict[str, Any]

# One representative of each class of errors; the kernel lists all kinds, most of them zero.
AER_KINDS = {
    "correctable": ("RxErr", "BadTLP", "BadDLLP", "Rollover", "Timeout", "NonFatalErr"),
    "nonfatal": ("Undefined", "DLP", "SDES", "TLP", "FCP", "CmpltTO", "CmpltAbrt", "UnxCmplt"),
    "fatal": ("Undefined", "DLP", "SDES", "TLP", "FCP", "CmpltTO", "CmpltAbrt", "UnxCmplt"),
}
AER_SHOWN = {"correctable": "BadTLP", "nonfatal": "CmpltTO", "fatal": "DLP"}
AER_TOTALS = {"correctable": "COR", "nonfatal": "NONFATAL", "fatal": "FATAL"}
# Lines of `resource`: six regions, the ROM, six of virtual functions, four windows of bridges.
ENDPOINT_LINES, BRIDGE_LINES, FIRST_WINDOW = 13, 17, 14
# Flags, by whether the region may be prefetched: memory, 64 bits wide, the low bits of its BAR.
REGION_FLAGS = {False: 0x140204, True: 0x14220C}
WINDOW_FLAGS = {False: 0x200, True: 0x102201}


def list_attributes(
    bdf: str, device: Device, around: Around, cpus: Mapping[int, str]
) -> dict[str, bytes]:
    """File name -> content; `cpus` from a NUMA node to its list of processors."""
    texts = _identity(device) | _placing(device, cpus) | _link(device) | _errors(device)
    texts |= {"resource": _resource(device, around), "irq": str(16 + around.port_number)}
    texts |= {"power/control": "on", "power/runtime_status": "active", "d3cold_allowed": "0"}
    found = {name: f"{text}\n".encode() for name, text in texts.items()}
    return found | {"config": build_config(bdf, device, around)}


def list_cpus(cpu: Mapping[str, Any]) -> dict[int, str]:
    """NUMA node -> processors, two threads a core, second threads behind all cores."""
    cores = cpu["sockets"] * cpu["cores_per_socket"]
    share = cores // cpu["numa_nodes"]
    return {
        node: f"{node * share}-{(node + 1) * share - 1},"
        f"{cores + node * share}-{cores + (node + 1) * share - 1}"
        for node in range(cpu["numa_nodes"])
    }


def _identity(device: Device) -> dict[str, str]:
    """The kernel read these when it found the device; they stay when it falls off the bus.

    The revision does not: the newest lspci takes it from here, where all older ones read the
    register, and every guide looks for their "rev ff".
    """
    vendor, model = device["subsystem"].split(":")
    return {
        "vendor": f"0x{device['vendor']}",
        "device": f"0x{device['device']}",
        "subsystem_vendor": f"0x{vendor}",
        "subsystem_device": f"0x{model}",
        "class": f"0x{device['class']}",
        "revision": "0xff" if device["gone"] else f"0x{device['revision']}",
    }


def _placing(device: Device, cpus: Mapping[int, str]) -> dict[str, str]:
    """Without a NUMA node every processor is near."""
    everywhere = ",".join(cpus.values())
    return {
        "numa_node": str(device["numa"]),
        "local_cpulist": cpus.get(device["numa"], everywhere),
    }


def _link(device: Device) -> dict[str, str]:
    """Read from the device each time: one that answers only ones has 63 lanes."""
    if device["gone"]:
        speeds = dict.fromkeys(("current_link_speed", "max_link_speed"), "Unknown")
        return speeds | dict.fromkeys(("current_link_width", "max_link_width"), "63")
    found = {
        "current_link_speed": _speed(device["speed_gts"]),
        "current_link_width": str(device["width"]),
        "max_link_speed": _speed(device["max_speed_gts"]),
        "max_link_width": str(device["max_width"]),
    }
    if not is_bridge(device):
        states = device["aspm"].split()
        found |= {f"link/{name.lower()}_aspm": str(int(name in states)) for name in ("L0s", "L1")}
        found["link/clkpm"] = "0"
    return found


def _speed(gts: float) -> str:
    return f"{float(gts)} GT/s PCIe"


def _errors(device: Device) -> dict[str, str]:
    return {f"aer_dev_{name}": "\n".join(_count(name, device["aer"][name])) for name in AER_KINDS}


def _count(name: str, count: int) -> Iterator[str]:
    for kind in AER_KINDS[name]:
        yield f"{kind} {count if kind == AER_SHOWN[name] else 0}"
    yield f"TOTAL_ERR_{AER_TOTALS[name]} {count}"


def _resource(device: Device, around: Around) -> str:
    """A region of 64 bits takes two lines, the second empty."""
    lines = [_span(0, 0, 0)] * (BRIDGE_LINES if is_bridge(device) else ENDPOINT_LINES)
    for number, region in enumerate(around.regions):
        lines[2 * number] = _span(region.start, region.end, REGION_FLAGS[region.prefetchable])
    for number, window in enumerate(around.windows):
        if window:
            flags = WINDOW_FLAGS[window.prefetchable]
            lines[FIRST_WINDOW + number] = _span(window.start, window.end, flags)
    return "\n".join(lines)


def _span(start: int, end: int, flags: int) -> str:
    return f"0x{start:016x} 0x{end:016x} 0x{flags:016x}"
