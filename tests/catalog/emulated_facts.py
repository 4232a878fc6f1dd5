"""What the probe says of an emulated node, straight from its state: no files, no processes.

`test_emulated_facts.py` holds it against the real sections over the rendered files.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from podsys.lab.hardware.kmsg import LEVELS, stamp_log
from podsys.lab.hardware.modules import list_modules
from podsys.lab.hardware.pci import GPU_DRIVERS
from podsys.lab.hardware.services import runs_fabric_manager
from podsys.lab.hardware.topology import list_reachable
from podsys.node.accelerators import BLANK, BLANK_GPU
from podsys.node.kernel_log import Log, find
from podsys.node.kernel_patterns import EVENTS, XIDS
from podsys.node.pci_config import UNKNOWN
from podsys.node.sections import kernel_log

State = dict[str, Any]
Facts = dict[str, Any]

UPTIME_S = 90_000.0
PORTS = {"root_port": "root_port", "switch_up": "upstream", "switch_down": "downstream"}
ENDS = ("gpu", "nvswitch", "nic", "nvme")
GENERATIONS = {2.5: 1, 5.0: 2, 8.0: 3, 16.0: 4, 32.0: 5, 64.0: 6}
AMD_LINK = ("pcie_gen", "pcie_max_gen", "pcie_width", "pcie_max_width")
FABRIC_STATES = {"completed": "Completed", "in_progress": "In Progress"}
MISMATCH = "NVML_ERROR_LIB_RM_VERSION_MISMATCH: RM has detected an NVML/RM version mismatch."
NOT_LOADED = "NVML_ERROR_DRIVER_NOT_LOADED: Driver Not Loaded"

# Sections that do not look at emulated hardware, as a node that podsys has set up reads them.
DEPLOYED: Facts = {
    "clock": {
        "daemon": "chronyd",
        "synchronised": True,
        "offset_s": 0.0001,
        "source": "10.0.0.1",
    },
    "disks": {
        "mounts": [
            {
                "path": "/",
                "fs": "overlay",
                "read_only": False,
                "hung": False,
                "used_pct": 30.0,
                "inodes_pct": 5.0,
            }
        ]
    },
    "kernel": {
        "command_line": "BOOT_IMAGE=/vmlinuz root=/dev/vda skew_tick=1 iommu=pt",
        "governors": ["performance"],
        "transparent_hugepages": "madvise",
        "swappiness": 10,
        "swaps": None,
    },
    "limits": {
        "memlock": {
            "soft": "unlimited",
            "hard": "unlimited",
            "saved": {"soft": "unlimited", "hard": "unlimited"},
        },
        "raisable": True,
    },
    "memory": {"total_kb": 24 << 20, "swap_kb": 0, "numa_nodes": 2},
    "names": {"hostname_addresses": ["10.0.0.2"], "loopback_only": False},
    "network": {"nics": [{"name": "eth0", "state": "up", "mtu": 1500}]},
    "packages": {"broken": [], "reboot_required": False},
    "resolver": {
        "own_addresses_elsewhere": [],
        "servers": [{"address": "10.0.0.1", "answers": True, "reason": ""}],
    },
    "system": {"kernel": "6.1.0-40-amd64", "uptime_s": UPTIME_S, "virtual": True},
    "units": {"failed": [], "activating": [], "state": "running"},
}


def facts_of(state: State) -> Facts:
    """Section -> its data."""
    facts = deepcopy(DEPLOYED)
    facts["cpu"] = {"sockets": state["cpu"]["sockets"]}
    facts["dmi"] = {
        **{key: state["dmi"][key] for key in ("vendor", "product", "bios_vendor", "bios_version")},
        "dimms": [
            {"slot": dimm["slot"], "size_mib": dimm["size_gib"] * 1024 if dimm["present"] else 0}
            for dimm in state["dimms"]
        ],
        "dimm_slots": len(state["dimms"]),
        "dimm_count": sum(dimm["present"] for dimm in state["dimms"]),
    }
    facts["drivers"] = drivers(state)
    facts["gpu"] = gpu(state)
    facts["infiniband"] = {"ports": ports(state), "count": len(ports(state))}
    facts["kernel_log"] = log_of(state)
    facts["network"]["nics"] += interfaces(state)
    facts["pci"] = pci(state)
    return facts


def pci(state: State) -> Facts:
    there = list_reachable(state["devices"])
    above = {
        parent for bdf, one in there.items() if one["kind"] in ENDS for parent in chain(there, bdf)
    }
    shown = {bdf: one for bdf, one in there.items() if one["kind"] in ENDS or bdf in above}
    types = {state["iommu"]["type"]} if state["iommu"]["on"] else set()
    return {
        "devices": [describe(bdf, device, state["driver"]) for bdf, device in shown.items()],
        "iommu_types": sorted(types),
        "aspm_policy": state["aspm_policy"],
    }


def chain(devices: dict[str, Any], bdf: str) -> list[str]:
    found = []
    while bdf := devices[bdf]["parent"]:
        found.append(bdf)
    return found


def describe(bdf: str, device: Facts, maker: Facts) -> Facts:
    registers = {key: device.get(key) for key in UNKNOWN}
    if registers["acs"] is not None:
        registers["acs"] = list(registers["acs"])
    registers["port_type"] = PORTS.get(device["kind"], "endpoint")
    bound = maker["module_loaded"] or device["driver"] not in GPU_DRIVERS
    return {
        "bdf": bdf,
        **{key: device[key] for key in ("vendor", "device", "class", "parent")},
        "driver": device["driver"] if bound else "",
        "kind": device["kind"] if device["kind"] in ENDS else "bridge",
        "numa_node": device["numa"],
        "iommu_group": device["iommu_group"],
        "aer": dict(device["aer"]),
        **(UNKNOWN if device["gone"] else registers),
        "gone": device["gone"],
    }


def drivers(state: State) -> Facts:
    modules = list_modules(state)
    manager = state["fabric_manager"]
    nvidia = "nvidia" in modules
    return {
        "modules": modules,
        "nouveau": "nouveau" in modules,
        "peermem": "nvidia_peermem" in modules,
        "dmabuf": "amdgpu" in modules or (nvidia and state["driver"]["open"]),
        "gdrcopy": "gdrdrv" in modules,
        "fabric_manager": {
            "installed": bool(manager["version"]),
            "active": runs_fabric_manager(state) if manager["version"] else None,
            "version": manager["version"],
        },
        "persistenced_active": None,
        "nvidia_package_version": "",
        "nvidia_proc_version": state["driver"]["module_version"] if nvidia else "",
    }


def gpu(state: State) -> Facts:
    devices, driver = list_reachable(state["devices"]), state["driver"]
    gpus = [one for one in state["gpus"] if one["bdf"] in devices]
    if not gpus:
        return dict(BLANK)
    modules = list_modules(state)
    loaded = driver["module_loaded"]
    facts = {
        "vendor": driver["vendor"],
        "module_loaded": loaded,
        "module_version": driver["module_version"] if loaded else "",
        "library_version": driver["library_version"],
        "count": len(gpus),
    }
    if driver["vendor"] == "amd":
        facts["library_version"] = ""
        found = [
            dict(amd_gpu(one, devices[one["bdf"]], "amdgpu" in modules), index=number)
            for number, one in enumerate(gpus)
        ]
    else:
        facts["nvml_error"] = nvml_error(driver)
        read = without_nvml(loaded) if facts["nvml_error"] else nvidia_gpu
        found = [read(one, devices[one["bdf"]]) for one in gpus]
    return dict(BLANK, **{**facts, "gpus": found})


def nvml_error(driver: Facts) -> str:
    if not driver["module_loaded"]:
        return NOT_LOADED
    return MISMATCH if driver["library_version"] != driver["module_version"] else ""


def named(one: Facts, device: Facts) -> Facts:
    return dict(BLANK_GPU, bdf=one["bdf"], pci_id=f"{device['vendor']}:{device['device']}")


def without_nvml(loaded: bool) -> Callable[[Facts, Facts], Facts]:
    """What the module in the kernel says in /proc, where it is loaded."""
    names = ("name", "uuid", "vbios") if loaded else ()
    return lambda one, device: dict(named(one, device), **{name: one[name] for name in names})


def nvidia_gpu(one: Facts, device: Facts) -> Facts:
    about = named(one, device)
    if device["driver"] != "nvidia":
        return dict(about, error="Not Found")
    if one["lost"] or device["gone"]:
        return dict(about, error="GPU is lost")
    return dict(about, **common(one, device), locked_sm=None, **nvidia_only(one))


def nvidia_only(one: Facts) -> Facts:
    fabric = one["fabric"]
    links = [{"link": number, **link} for number, link in enumerate(one["nvlinks"])]
    return {
        "persistence": one["persistence"],
        "compute_mode": one["compute_mode"],
        "mig": one["mig"],
        "ecc_mode": one["ecc"]["mode"],
        "remapped": dict(one["remapped"]),
        "throttle": list(one["throttle"]),
        "nvlinks": links or None,
        "fabric": fabric and {
            **fabric,
            "state": FABRIC_STATES[fabric["state"]],
            "status": fabric["status"].capitalize(),
        },
        "processes": list(one["processes"]),
    }  # fmt: skip


def amd_gpu(one: Facts, device: Facts, loaded: bool) -> Facts:
    about = named(one, device)
    if device["gone"]:
        return dict(about, error="GPU is lost")
    if one["lost"] or not loaded or device["driver"] != "amdgpu":
        link = {key: value for key, value in common(one, device).items() if key in AMD_LINK}
        return dict(about, clocks=dict.fromkeys(("sm", "mem", "max_sm", "max_mem")), **link)
    partition = one.get("compute_partition", "SPX")
    locked = one["clocks"]["sm"] if one["clocks"]["locked"] is not None else None
    return dict(
        about,
        **{**common(one, device), "uuid": ""},
        locked_sm=locked,
        mig=partition != "SPX",
        ecc_mode=True,
        remapped={"correctable": None, "uncorrectable": 0, "pending": False, "failure": False},
    )


def common(one: Facts, device: Facts) -> Facts:
    clocks = {name: one["clocks"][name] for name in ("sm", "mem", "max_sm", "max_mem")}
    if one["clocks"]["locked"] is not None:
        clocks["sm"] = min(clocks["sm"], one["clocks"]["locked"])
    return {
        **{name: one[name] for name in ("index", "uuid", "serial", "name", "vbios", "memory_mib")},
        "ecc": dict(one["ecc"]["volatile"]),
        "clocks": clocks,
        **{name: one[name] for name in ("power_w", "power_limit_w", "power_default_w")},
        "temperature_c": one["temperature_c"],
        "utilisation_pct": one["utilisation"],
        "pcie_gen": min(one["pcie_gen"], GENERATIONS[float(device["speed_gts"])]),
        "pcie_max_gen": GENERATIONS[float(device["max_speed_gts"])],
        "pcie_width": min(one["pcie_width"], device["width"]),
        "pcie_max_width": device["max_width"],
        "pcie_replays": one["pcie_replays"],
    }


def ports(state: State) -> list[Facts]:
    there = list_reachable(state["devices"])
    return [
        {
            "device": nic["device"],
            "port": 1,
            **{key: nic[key] for key in ("firmware", "board", "guid", "bdf", "netdev")},
            "numa_node": there[nic["bdf"]]["numa"],
            **{key: nic[key] for key in ("link_layer", "state", "phys_state", "rate_gbps")},
            "counters": dict(nic["counters"]),
        }
        for nic in state["nics"]
        if nic["bdf"] in there and not there[nic["bdf"]]["gone"] and there[nic["bdf"]]["driver"]
    ]


def interfaces(state: State) -> list[Facts]:
    return [
        {
            "name": port["netdev"],
            "state": "up" if port["phys_state"] == "LinkUp" else "down",
            "mtu": next(nic["mtu"] for nic in state["nics"] if nic["bdf"] == port["bdf"]),
        }
        for port in ports(state)
        if port["link_layer"] == "Ethernet"
    ]


def log_of(state: State) -> Facts:
    """The real reader's patterns over the lines."""
    lines = stamp_log(state["kmsg"], UPTIME_S)
    text = "".join(
        f"{LEVELS.index(line['level'])},{number},{round(line['at_s'] * 1e6)},-;{line['text']}\n"
        for number, line in enumerate(lines)
    )
    log = Log(text, text.lower())
    found = {
        pattern.kind: [kernel_log._as_xid(one, UPTIME_S) for one in find(log, pattern)]
        for pattern in XIDS
    }
    events = [
        kernel_log._as_event(pattern, one, UPTIME_S)
        for pattern in EVENTS
        for one in find(log, pattern)
    ]
    return {"boot_s": UPTIME_S, "oldest_s": None, "events": events, **found}
