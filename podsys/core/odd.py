"""The odd machines out: facts in which few nodes differ from the majority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from podsys.model.facts import NodeFacts

# Memory of equal machines differs by what firmware keeps for itself; within this share of
# each other two sizes count as one.
MEMORY_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class Oddity:
    """`nodes` read `found` where most read `usual`."""

    fact: str
    found: str
    usual: str
    nodes: tuple[str, ...]


def find_oddities(facts: Iterable[NodeFacts]) -> list[Oddity]:
    reachable = [node for node in facts if node.reachable]
    found: list[Oddity] = []
    for title, read in FACTS.items():
        found += _compare(title, {node.node: read(node) for node in reachable})
    return found + _compare_memory(reachable)


def _path(path: str) -> Callable[[NodeFacts], Any]:
    return lambda node: node.get(path)


def _distinct(path: str, *keys: str) -> Callable[[NodeFacts], Any]:
    """What the members of a list have, each once; nothing to compare where there are none."""

    def read(node: NodeFacts) -> str | None:
        found = {tuple(str(one.get(key) or "") for key in keys) for one in node.get(path) or ()}
        return ", ".join(" ".join(values) for values in sorted(found) if all(values)) or None

    return read


FACTS: Mapping[str, Callable[[NodeFacts], Any]] = {
    "operating system": lambda node: f"{node.get('system.os')} {node.get('system.os_version')}",
    "kernel": _path("system.kernel"),
    "architecture": _path("system.arch"),
    "model": _path("system.product"),
    "CPU": _path("cpu.model"),
    "CPU count": _path("cpu.cpus"),
    "NUMA nodes": _path("memory.numa_nodes"),
    "NIC count": _path("network.nic_count"),
    "BIOS": _path("dmi.bios_version"),
    "memory modules": _distinct("dmi.dimms", "size_mib", "speed_mts"),
    "GPU count": _path("gpu.count"),
    "GPU": _distinct("gpu.gpus", "name", "pci_id"),
    "GPU VBIOS": _distinct("gpu.gpus", "vbios"),
    "GPU driver": _path("gpu.module_version"),
    "NIC firmware": _distinct("infiniband.ports", "board", "firmware"),
}


def _compare(title: str, values: Mapping[str, Any]) -> list[Oddity]:
    """Nodes apart from the most common value; none where no value has a majority."""
    counts = Counter(str(value) for value in values.values() if value is not None)
    if len(counts) < 2:
        return []
    (usual, most), (_, second) = counts.most_common(2)
    if most == second:
        usual = ""
    return [
        Oddity(title, value, usual, tuple(sorted(n for n, v in values.items() if str(v) == value)))
        for value in sorted(counts)
        if value != usual
    ]


def _compare_memory(nodes: Iterable[NodeFacts]) -> list[Oddity]:
    sizes = {node.node: node.get("memory.total_kb") for node in nodes}
    known = sorted(size for size in sizes.values() if size)
    if not known:
        return []
    usual = known[len(known) // 2]
    rounded = {
        name: usual if size and abs(size - usual) <= MEMORY_TOLERANCE * usual else size
        for name, size in sizes.items()
    }
    as_text = {name: f"{size / 2**20:.1f} GiB" if size else None for name, size in rounded.items()}
    return _compare("memory", as_text)
