"""The fabric: which parts a measurement between two ends passes, as far as that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from podsys.model.finding import SuspectKind

# A node and one of its rails (NICs); the rail is "" where nobody says which.
End = tuple[str, str]
EndPair = tuple[End, End]


class Part(NamedTuple):
    """Something that can be slow; `across` means a switch only towards other switches."""

    kind: SuspectKind
    id: str
    across: bool = False


def no_route(_one: End, _other: End) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Fabric:
    """`leaves` names the leaf switch of an end, or of all rails of a node under (node, "").

    `route` names the links inside the fabric between two ends, where routing is known (static
    routes of InfiniBand, say). Both may be left out: then switches and inner links are not told.
    """

    leaves: Mapping[End, str] = field(default_factory=dict)
    route: Callable[[End, End], Iterable[str]] = no_route
    _known: dict[EndPair, tuple[Part, ...]] = field(default_factory=dict, repr=False)
    _own: dict[End, tuple[Part, ...]] = field(default_factory=dict, repr=False)

    def leaf_of(self, end: End) -> str:
        return self.leaves.get(end) or self.leaves.get((end[0], ""), "")

    def parts(self, pair: EndPair) -> tuple[Part, ...]:
        """Every part that both directions of this pair pass."""
        found = self._known.get(pair)
        if found is None:
            found = self._known[pair] = tuple(dict.fromkeys(self._find_parts(pair)))
        return found

    def link(self, pair: EndPair) -> Part:
        """The way between these two ends, whatever it passes."""
        return Part("link", name_path(*pair))

    def own_parts(self, end: End) -> tuple[Part, ...]:
        """The parts that every measurement of this end passes, and those that leave its leaf."""
        found = self._own.get(end)
        if found is None:
            node, leaf = Part("node", end[0]), self.leaf_of(end)
            rail = (Part("rail", name_end(end)),) if end[1] else ()
            switches = (Part("switch", leaf), Part("switch", leaf, across=True)) if leaf else ()
            found = self._own[end] = (node, *rail, *switches)
        return found

    def _find_parts(self, pair: EndPair) -> Iterable[Part]:
        one, other = pair
        for end in pair:
            yield Part("node", end[0])
            if end[1]:
                yield Part("rail", name_end(end))
        yield self.link(pair)
        if one[1] or other[1]:
            yield Part("link", f"{one[0]}--{other[0]}")
        yield from self._find_switches(one, other)
        yield from (Part("link", name) for name in self.route(one, other))

    def _find_switches(self, one: End, other: End) -> Iterable[Part]:
        here, there = self.leaf_of(one), self.leaf_of(other)
        for leaf in filter(None, (here, there)):
            yield Part("switch", leaf)
            if here != there:
                yield Part("switch", leaf, across=True)


def name_end(end: End) -> str:
    return f"{end[0]}/{end[1]}" if end[1] else end[0]


def name_path(one: End, other: End) -> str:
    return f"{name_end(one)}--{name_end(other)}"


def as_ends(nodes: tuple[str, ...], rails: tuple[str, ...]) -> EndPair:
    """The two ends of one measurement, the smaller first whichever way it went."""
    names = rails or ("", "")
    one, other = sorted(((nodes[0], names[0]), (nodes[1], names[-1])))
    return one, other
