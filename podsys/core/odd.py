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


FACTS: Mapping[str, Callable[[NodeFacts], Any]] = {
    "operating system": lambda node: f"{node.get('system.os')} {node.get('system.os_version')}",
    "kernel": _path("system.kernel"),
    "architecture": _path("system.arch"),
    "model": _path("system.product"),
    "CPU": _path("cpu.model"),
    "CPU count": _path("cpu.cpus"),
    "NUMA nodes": _path("memory.numa_nodes"),
    "NIC count": _path("network.nic_count"),
}


def _compare(title: str, values: Mapping[str, Any]) -> list[Oddity]:
    """Nodes apart from the most common value; two halves of equal size have no majority."""
    counts = Counter(str(value) for value in values.values() if value is not None)
    if len(counts) < 2:
        return []
    (usual, most), (_, second) = counts.most_common(2)
    if most == second:
        usual = "no majority"
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
