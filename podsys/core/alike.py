"""Nodes that read the same of the same item: compared once, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from podsys.model.facts import NodeFacts
from podsys.model.item import Item, Reading

Wanted = Mapping[str, Sequence[Item]]
Frozen = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """`reading` is None where the probe did not report the item."""

    item: Item
    reading: Reading | None
    nodes: tuple[str, ...]


def group_readings(wanted: Wanted, facts: Mapping[str, NodeFacts]) -> list[Alike]:
    """Every item of every reachable node, each in one group; nodes in the order of `wanted`.

    By identity first, which costs next to nothing: equal nodes share their items since
    selection and their readings since the probe. What is equal without being shared is then
    put together by value.
    """
    by_value: dict[tuple[Item, Frozen | None], list[Alike]] = {}
    for found in _group_shared(wanted, facts):
        frozen = None if found.reading is None else freeze(found.reading)
        by_value.setdefault((found.item, frozen), []).append(found)
    position = {node: number for number, node in enumerate(wanted)}
    return [_merge(parts, position) for parts in by_value.values()]


def freeze(reading: Reading) -> Frozen:
    return tuple(sorted((str(key), str(value)) for key, value in reading.items()))


def _group_shared(wanted: Wanted, facts: Mapping[str, NodeFacts]) -> Iterable[Alike]:
    """The inner loop runs once for each item of each node: it does as little as possible."""
    nodes: dict[tuple[int, int], list[str]] = {}
    shared: list[tuple[Item, Reading | None]] = []
    for node in wanted:
        found = facts.get(node)
        if found is None or not found.reachable:
            continue
        readings = found.readings
        for item in wanted[node]:
            reading = readings.get(item.id)
            key = (id(item), id(reading))
            if key in nodes:
                nodes[key].append(node)
            else:
                nodes[key] = [node]
                shared.append((item, reading))
    for (item, reading), names in zip(shared, nodes.values(), strict=True):
        yield Alike(item, reading, tuple(names))


def _merge(parts: Sequence[Alike], position: Mapping[str, int]) -> Alike:
    if len(parts) == 1:
        return parts[0]
    nodes = sorted((node for part in parts for node in part.nodes), key=position.__getitem__)
    return Alike(parts[0].item, parts[0].reading, tuple(nodes))
