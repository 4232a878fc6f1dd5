"""Fixtures of hardware: configuration spaces, SMBIOS tables, and a small server with all of it."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from tests.node.conftest import FakeMachine

# Outputs of real machines, on some machines beside the checkout; read there, never copied.
SAMPLES = next(
    (p / "shared/samples" for p in Path(__file__).parents if (p / "shared/samples").is_dir()), None
)
SPEEDS = {0: 0, 2.5: 1, 5: 2, 8: 3, 16: 4, 32: 5, 64: 6}
PORT_TYPES = {"endpoint": 0, "root_port": 4, "upstream": 5, "downstream": 6}


def config_space(
    ids: tuple[int, int] = (0x10DE, 0x2330),
    port: str | None = "endpoint",
    link: tuple[tuple[float, int], tuple[float, int]] = ((32, 16), (32, 16)),
    payload: tuple[int, int] = (256, 256),
    read_request: int = 512,
    *,
    relaxed: bool = True,
    aspm: int = 0,
    acs: int | None = None,
) -> bytes:
    """`link` and `payload` are what is possible and what is; bridges have header type 1."""
    space = bytearray(4096)
    struct.pack_into("<HHHHB", space, 0, *ids, 0x0406, 0x0010, 0xA1)
    is_bridge = port not in ("endpoint", None)
    space[0x0E] = 1 if is_bridge else 0
    space[0x34] = 0x60 if port else 0x50
    if not is_bridge:
        struct.pack_into("<HH", space, 0x2C, 0x10DE, 0x16C1)
    struct.pack_into("<BB", space, 0x50, 0x05, 0)  # MSI, the end of the list
    struct.pack_into("<BB", space, 0x60, 0x01, 0x70)  # power management
    if port:
        most, now = link
        control = relaxed << 4 | code(payload[1]) << 5 | code(read_request) << 12
        struct.pack_into("<BBH", space, 0x70, 0x10, 0x88, 2 | PORT_TYPES[port] << 4)
        struct.pack_into("<I", space, 0x74, code(payload[0]) | 0x8000)
        struct.pack_into("<HH", space, 0x78, control | 0x010F, 0)
        struct.pack_into("<I", space, 0x7C, SPEEDS[most[0]] | most[1] << 4 | 3 << 10)
        struct.pack_into("<HH", space, 0x80, aspm | 0x40, SPEEDS[now[0]] | now[1] << 4 | 1 << 13)
    struct.pack_into("<BBHHH", space, 0x88, 0x0D, 0x50, 0, 0x1000, 0x0057)  # a bridge's subsystem
    struct.pack_into("<I", space, 0x100, 0x0001 | 2 << 16 | 0x148 << 20)  # AER
    if acs is not None:
        struct.pack_into("<IHH", space, 0x148, 0x000D | 1 << 16, 0x007F, acs)
    return bytes(space)


def code(size: int) -> int:
    return (size // 128).bit_length() - 1


def put_device(
    machine: FakeMachine, chain: list[str], class_: str, config: bytes, **files: str
) -> None:
    """A device at the end of a chain of bridges, which are put before it."""
    bdf = chain[-1]
    home = f"/sys/devices/pci{chain[0][:7]}/{'/'.join(chain)}"
    vendor, device = struct.unpack_from("<HH", config)
    texts = {"class": f"0x{class_}", "vendor": f"0x{vendor:04x}", "device": f"0x{device:04x}"}
    for name, text in (texts | {"numa_node": "0"} | files).items():
        machine.put(f"{home}/{name}", f"{text}\n")
    machine.put(f"{home}/config", config)
    link(machine, f"/sys/bus/pci/devices/{bdf}", home)


def link(machine: FakeMachine, path: str, target: str) -> None:
    place = machine.path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(os.path.relpath(machine.path(target), place.parent.resolve()))


def memory_slot(
    size: int, extended: int = 0, speed: int = 4800, configured: int = 4400, slot: str = "DIMM A1"
) -> bytes:
    """A structure of type 17, 84 bytes long, as SMBIOS 3.2 has it."""
    data = bytearray(0x54)
    struct.pack_into("<BBH", data, 0, 17, len(data), 0x1100)
    struct.pack_into("<H", data, 0x0C, size)
    data[0x10], data[0x11], data[0x1A] = 1, 2, 3
    struct.pack_into("<H", data, 0x15, speed)
    struct.pack_into("<I", data, 0x1C, extended)
    struct.pack_into("<H", data, 0x20, configured)
    return bytes(data) + f"{slot}\0NODE 0\0M321R8GA0BB0\0\0".encode()


END_OF_TABLE = bytes([127, 4, 0xFE, 0xFE, 0, 0])
BIOS = bytes([0, 18, 0, 0, 1, 2]) + bytes(12) + b"Maker\x001.2\0\0"
KMSG = """\
6,100,1000000,-;Linux version 6.8.0
4,200,50000000,-;NVRM: Xid (PCI:0000:18:00): 79, pid='<unknown>', GPU has fallen off the bus.
 SUBSYSTEM=pci
 DEVICE=+pci:0000:18:00.0
4,201,60000000,-;nfs: server nas1 not responding, still trying
"""
MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
nas1:/home /home nfs4 rw,hard 0 0
"""


def put_server(machine: FakeMachine) -> None:
    """One of everything that a section reads."""
    put_pci(machine)
    put_infiniband(machine, "mlx5_0", "0000:19:00.0")
    put_firmware(machine)
    put_system(machine)
    for path in ("/", "/home"):
        machine.path(path).mkdir(exist_ok=True)


def put_pci(machine: FakeMachine) -> None:
    root, up, down, down2 = "0000:15:01.0", "0000:16:00.0", "0000:17:00.0", "0000:17:01.0"
    bridge = {"ids": (0x1000, 0xC030), "payload": (2048, 256)}
    counters = {
        f"aer_dev_{kind}": f"RxErr 0\nTOTAL_ERR_{short} {count}"
        for kind, short, count in (
            ("correctable", "COR", 3),
            ("nonfatal", "NONFATAL", 0),
            ("fatal", "FATAL", 0),
        )
    }
    put_device(machine, [root], "060400", config_space(port="root_port", **bridge))
    put_device(machine, [root, up], "060400", config_space(port="upstream", **bridge))
    for one in (down, down2):
        space = config_space(port="downstream", acs=0x1D, **bridge)
        put_device(machine, [root, up, one], "060400", space)
    put_device(machine, [root, up, down, "0000:18:00.0"], "030200", config_space(), **counters)
    nic = config_space((0x15B3, 0x1021), payload=(512, 256), read_request=4096)
    put_device(machine, [root, up, down2, "0000:19:00.0"], "020700", nic)
    put_device(machine, ["0000:00:02.0"], "030000", config_space((0x1A03, 0x2000), port=None))
    gpu = "/sys/bus/pci/devices/0000:18:00.0"
    machine.put("/sys/kernel/iommu_groups/42/type", "identity\n")
    link(machine, f"{gpu}/iommu_group", "/sys/kernel/iommu_groups/42")
    machine.put("/sys/bus/pci/drivers/nvidia/x")
    link(machine, f"{gpu}/driver", "/sys/bus/pci/drivers/nvidia")
    machine.put("/sys/module/pcie_aspm/parameters/policy", "[default] performance powersave\n")


def put_infiniband(machine: FakeMachine, device: str, bdf: str, **port: str) -> None:
    folder = f"/sys/class/infiniband/{device}"
    about = {
        "fw_ver": "28.39.1002",
        "board_id": "MT_0000000838",
        "node_guid": "a088:c203:00ab:cdef",
        "ports/1/link_layer": "InfiniBand",
        "ports/1/state": "4: ACTIVE",
        "ports/1/phys_state": "5: LinkUp",
        "ports/1/rate": "400 Gb/sec (4X NDR)",
        "ports/1/counters/symbol_error": "2",
        "ports/1/counters/link_downed": "255",
        "ports/1/hw_counters/out_of_sequence": "7",
    }
    for name, text in (about | {f"ports/1/{key}": text for key, text in port.items()}).items():
        machine.put(f"{folder}/{name}", f"{text}\n")
    link(machine, f"{folder}/device", f"/sys/bus/pci/devices/{bdf}")
    machine.put(f"/sys/bus/pci/devices/{bdf}/net/ib0/x")


def put_firmware(machine: FakeMachine) -> None:
    names = {
        "sys_vendor": "Maker",
        "product_name": "Server 8",
        "product_serial": "S1",
        "board_name": "Board",
        "bios_vendor": "AMI",
        "bios_version": "1.2",
        "bios_date": "01/02/2025",
    }
    for name, text in names.items():
        machine.put(f"/sys/class/dmi/id/{name}", f"{text}\n")
    table = BIOS + memory_slot(0x7FFF, 65536) + memory_slot(0, slot="DIMM A2") + END_OF_TABLE
    machine.put("/sys/firmware/dmi/tables/DMI", table)


def put_system(machine: FakeMachine) -> None:
    files = {
        "/dev/kmsg": KMSG,
        "/proc/uptime": "100.0 90.0\n",
        "/proc/self/mounts": MOUNTS,
        "/proc/meminfo": "MemTotal:  1024 kB\nSwapTotal: 0 kB\n",
        "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\n",
        "/proc/sys/kernel/random/boot_id": "b00t\n",
        "/etc/machine-id": "abc\n",
        "/etc/resolv.conf": "nameserver 127.0.0.1\n",
        "/proc/cmdline": "BOOT_IMAGE=/vmlinuz iommu=pt\n",
        "/proc/swaps": "Filename Type Size Used Priority\n",
        "/proc/sys/vm/swappiness": "10\n",
        "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor": "performance\n",
        "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
        "/etc/os-release": "ID=debian\nVERSION_ID=12\n",
        "/etc/security/limits.conf": "* - memlock unlimited\n* soft nofile 65536\n",
        "/sys/module/nvidia/version": "535.261.03\n",
        "/sys/module/mlx5_core/x": "",
        "/proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX Open Kernel Module  535.261.03\n",
        "/proc/driver/nvidia/gpus/0000:18:00.0/information": "Model: \t NVIDIA H100\n",
        "/sys/devices/system/node/node0/cpulist": "0-27,56-83\n",
        "/sys/devices/system/node/node0/meminfo": "Node 0 MemTotal:  1048576 kB\n",
        "/sys/devices/system/node/node0/distance": "10 21\n",
        "/sys/class/net/eth0/mtu": "9000\n",
        "/sys/class/net/eth0/speed": "100000\n",
        "/sys/class/net/eth0/carrier_changes": "2\n",
        "/sys/class/net/eth0/duplex": "full\n",
        "/sys/class/net/eth0/address": "02:00:00:00:00:01\n",
        "/var/lib/dpkg/status": "Package: libnvidia-ml1\nStatus: install ok installed\n"
        "Version: 535.261.03-1~deb12u1\n",
    }
    for path, text in files.items():
        machine.put(path, text)
