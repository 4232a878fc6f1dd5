"""Long lists in a report: its beginning, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable

from podsys.model.nodeset import fold

# As many lines as somebody reads; the template says how many more there are, and in which file.
SHOWN = 200
LONGEST_NODES = 300


def name_some(nodes: Iterable[str]) -> str:
    """Folded; where that is still long, the first of them and how many there are."""
    names = list(nodes)
    text = fold(names)
    if len(text) <= LONGEST_NODES:
        return text
    return f"{text[:LONGEST_NODES].rpartition(',')[0]},… ({len(set(names))} nodes in all)"
