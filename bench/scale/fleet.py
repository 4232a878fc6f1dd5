"""Fleets that do not exist: cluster.yaml, host keys, and what a probe would have brought home."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from podsys.commands.faults import load_platforms
from podsys.lab.hardware.state import healthy_state
from podsys.model.item import Item
from tests.catalog.emulated_facts import facts_of

# One node in a hundred has drifted, in some of these ways.
DRIFTED_SHARE = 0.01
DRIFTS = 5
FACED = {"file": ("persistent",), "file_block": ("persistent",), "package": ("live",)}
CAPABILITIES = (
    "apt", "chrony", "cpufreq", "cpuidle", "grub", "ipv6", "irqbalance", "nfs", "numa",
    "nvidia_gpu", "rdma", "systemd",
)  # fmt: skip
# What a machine reads before podsys was ever there.
FRESH = {"file": "missing", "file_block": "missing", "package": "absent", "service": "stopped"}


def name_nodes(count: int) -> list[str]:
    return [f"gpu{number:05d}" for number in range(1, count + 1)]


def address_of(number: int) -> str:
    return f"10.{20 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"


def write_cluster(count: int) -> str:
    """The file as a person has it; the first node watches the others and gives them the time."""
    names = name_nodes(count)
    nodes = "".join(
        f'  {name}:\n    address: "{address_of(number)}"\n    groups: [compute]\n'
        f"    serial: SN{number:07d}\n"
        for number, name in enumerate(names)
    )
    head = "cluster: scale\nprofile: training\nssh: {user: root}\nnodes:\n"
    tail = f"network: {{mode: infiniband, link_gbps: 400}}\nmonitoring: {{server: {names[0]}}}\n"
    return head + nodes + tail + "accept: {level: 1}\n"


def write_known_hosts(count: int) -> str:
    keys = random.Random(1)
    return "".join(
        f"{address_of(number)} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{keys.getrandbits(256):043x}\n"
        for number in range(count)
    )


def make_sections(number: int, name: str) -> dict[str, dict[str, Any]]:
    """An HGX H100 as a probe reads it, with all that differs between equal servers."""
    sections = facts_of(healthy_state(load_platforms()["hgx-h100"], name))
    own = {
        "capabilities": {"names": list(CAPABILITIES)},
        "clock": {"offset_s": number % 97 / 1e6, "source": address_of(0)},
        "disks": {
            "mounts": [
                {**sections["disks"]["mounts"][0], "path": path, "used_pct": 10 + number % 300 / 10}
                for path in ("/", "/boot", "/scratch")
            ]
        },
        "memory": {"total_kb": 2113372000 + number % 64 * 4},
        "names": {"hostname_addresses": [address_of(number)]},
        "network": {"nics": [*sections["network"]["nics"], *_make_nics(number)], "nic_count": 2},
        "system": {
            "hostname": name, "os": "ubuntu", "os_version": "22.04", "os_family": "debian",
            "arch": "x86_64", "boot_id": f"{number:032x}", "machine_id": f"{number + 10**6:032x}",
            "serial": f"SN{number:07d}", "vendor": "Dell Inc.", "product": "PowerEdge XE9680",
            "virtual": False, "virtualization": "none", "uptime_s": 86400.5 + number,
        },
    }  # fmt: skip
    for port in sections["infiniband"]["ports"]:
        port["counters"]["port_xmit_data"] = number * 7919
    return {key: sections.get(key, {}) | own.get(key, {}) for key in {**sections, **own}}


def _make_nics(number: int) -> list[dict[str, Any]]:
    return [
        {
            "name": f"eno{port}",
            "mac": f"b8:3f:d2:{number >> 8 & 255:02x}:{number & 255:02x}:{port:02x}",
            "speed_mbps": 25000,
            "mtu": 1500,
            "state": "up",
            "addresses": [f"{address_of(number)}/16"] if port == 1 else [],
            "driver": "mlx5_core",
            "physical": True,
        }
        for port in (1, 2)
    ]


def write_answers(wanted: Mapping[str, tuple[Item, ...]], scenario: str) -> Iterator[bytes]:
    """One JSON document a node, as the probe prints it. `scenario`: first, drift or same."""
    chance = random.Random(2)
    for number, (name, items) in enumerate(wanted.items()):
        readings = {item.id: read_as(item, scenario == "first") for item in items}
        if scenario == "drift" and chance.random() < DRIFTED_SHARE:
            _drift(readings, items, chance)
        sections = {
            key: {"status": "ok", "data": data, "seconds": round(chance.random() / 50, 4)}
            for key, data in make_sections(number, name).items()
        }
        answer = {"podsys_probe": 1, "sections": sections, "readings": readings}
        yield json.dumps(answer).encode()


def read_as(item: Item, fresh: bool) -> dict[str, str]:
    """A third of all settings does not exist on any one kind of machine."""
    if item.role == "settings" and sum(item.id.encode()) % 3 == 0:
        return {"absent": f"this machine has no {item.key}"}
    value = FRESH.get(item.kind, "unset") if fresh else item.value
    return dict.fromkeys(FACED.get(item.kind, ("live", "persistent")), value)


def _drift(
    readings: dict[str, dict[str, str]], items: tuple[Item, ...], chance: random.Random
) -> None:
    faced = [item for item in items if "absent" not in readings[item.id] and not item.advisory]
    ways = faced[:: max(1, len(faced) // DRIFTS)][:DRIFTS]
    for item in chance.sample(ways, chance.randint(1, len(ways))):
        readings[item.id] = dict.fromkeys(readings[item.id], FRESH.get(item.kind, "7"))
