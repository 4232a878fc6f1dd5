"""A map of thousands of nodes, with blocks of neighbours in place of nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Pair = tuple[str, str]


def name_blocks(nodes: Sequence[str], most: int) -> dict[str, str]:
    """The block of each node: at most `most` blocks of equal size, in the order of names."""
    size = -(-len(nodes) // most)
    blocks = [nodes[start : start + size] for start in range(0, len(nodes), size)]
    return {node: _name(block) for block in blocks for node in block}


def condense(
    values: Mapping[Pair, float],
    block_of: Mapping[str, str],
    worst_of: Callable[[float, float], float] = min,
) -> dict[Pair, float]:
    """The worst of all ways from one block to another: a fault must not drown in a mean."""
    worst: dict[Pair, float] = {}
    for (source, target), value in values.items():
        pair = block_of[source], block_of[target]
        worst[pair] = worst_of(value, worst.get(pair, value))
    return worst


def _name(block: Sequence[str]) -> str:
    return block[0] if len(block) == 1 else f"{block[0]} to {block[-1]}"
