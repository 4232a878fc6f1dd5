"""What the nodes are asked: as few different requests as can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from podsys.model.facts import NodeFacts
from podsys.model.item import Item

# A reader of these says what is there, whatever shall be there.
READ_WITHOUT_VALUE = frozenset({"file", "file_block"})
LIBRARY_FOR = "nvidia_gpu"


def share_requests(wanted: Mapping[str, Iterable[Item]]) -> dict[str, tuple[Item, ...]]:
    """Each item once; the last of equal ids counts.

    A file with the node's own address is asked for without its content, so that equal nodes
    are sent the same bytes, made once.
    """
    questions: dict[str, Item] = {}
    shared: dict[tuple[int, ...], tuple[Item, ...]] = {}
    requests = {}
    for node, items in wanted.items():
        request = tuple({one.id: one for one in _ask(items, questions)}.values())
        requests[node] = shared.setdefault(tuple(map(id, request)), request)
    return requests


def find_bare(facts: Mapping[str, NodeFacts]) -> set[str]:
    """Nodes that were seen, and had no GPU whose driver takes a library to ask."""
    names = {node: found.get("capabilities.names") for node, found in facts.items()}
    return {node for node, has in names.items() if has is not None and LIBRARY_FOR not in has}


def _ask(items: Iterable[Item], questions: dict[str, Item]) -> Iterator[Item]:
    for item in items:
        if item.kind not in READ_WITHOUT_VALUE:
            yield item
            continue
        if item.id not in questions:
            questions[item.id] = replace(item, value="")
        yield questions[item.id]
