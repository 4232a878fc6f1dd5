"""Error counters of all nodes, before and after something that should not move them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from podsys.core.risen import find_risen, find_unread
from podsys.effects.probe import probe
from podsys.effects.ssh import Fleet

SECTIONS = ("infiniband", "network", "pci", "gpu")


@contextmanager
def watch_counters(fleet: Fleet, nodes: Sequence[str]) -> Iterator[list[str]]:
    """The list is empty until the block ends; then it names each counter that rose, and where."""
    asked = dict.fromkeys(nodes, ())
    before = probe(fleet, asked, sections=SECTIONS)
    risen: list[str] = []
    yield risen
    after = probe(fleet, asked, sections=SECTIONS)
    for node in nodes:
        lost = before[node].error or after[node].error
        lost = lost or find_unread(before[node], SECTIONS) or find_unread(after[node], SECTIONS)
        if lost:
            raise RuntimeError(f"{node}: its counters could not be read: {lost}")
        risen += [f"{node} {text}" for text in find_risen(before[node], after[node])]
