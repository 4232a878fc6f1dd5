"""From one lock to the next: what moves, on which nodes, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from podsys.model.lock import LockedRelease
from podsys.model.nodeset import fold

NONE = "cluster.yaml asks for no release there any more"
REBUILT = "its sources or the recipe changed, and it is built anew"


@dataclass(frozen=True, slots=True)
class Move:
    """Packages of one component that go from a version to another; "" is: not there."""

    nodes: tuple[str, ...]
    component: str
    before: str
    after: str
    packages: tuple[str, ...]
    why: str


def find_moves(
    before: Mapping[str, LockedRelease], after: Mapping[str, LockedRelease]
) -> list[Move]:
    """By node what was and what shall be; nodes with the same move share one."""
    pairs: dict[tuple[int, int], tuple[list[str], LockedRelease | None, LockedRelease | None]] = {}
    for node in dict.fromkeys([*before, *after]):
        old, new = before.get(node), after.get(node)
        pairs.setdefault((id(old), id(new)), ([], old, new))[0].append(node)
    return [
        move
        for nodes, old, new in pairs.values()
        for move in _moves(tuple(sorted(nodes)), old, new)
    ]


def describe_move(move: Move) -> str:
    """`driver 535.261.03 -> 535.309.01 on n[001-004], 8 packages: why`"""
    count = len(move.packages)
    packages = f"{count} package{'' if count == 1 else 's'}"
    versions = f"{move.before or 'nothing'} -> {move.after or 'nothing'}"
    return f"{move.component} {versions} on {fold(move.nodes)}, {packages}: {move.why}"


def _moves(
    nodes: tuple[str, ...], old: LockedRelease | None, new: LockedRelease | None
) -> Iterable[Move]:
    names = dict.fromkeys([*(old.components if old else ()), *(new.components if new else ())])
    for name in names:
        was = old.components.get(name) if old else None
        will = new.components.get(name) if new else None
        pins = {p.name: p.version for p in was.packages} if was else {}
        wanted = {p.name: p.version for p in will.packages} if will else {}
        moved = tuple(n for n in {**pins, **wanted} if pins.get(n) != wanted.get(n))
        before, after = was.version if was else "", will.version if will else ""
        if moved or before != after:
            yield Move(nodes, name, before, after, moved, _why(name, old, new, before == after))
        elif was and will and (was.recipe, was.artifacts) != (will.recipe, will.artifacts):
            yield Move(nodes, name, before, after, (), REBUILT)


def _why(
    component: str, old: LockedRelease | None, new: LockedRelease | None, same_version: bool
) -> str:
    if new is None or old is None:
        return f"cluster.yaml asks for {new.release}" if new else NONE
    if old.release != new.release:
        return f"cluster.yaml asks for {new.release}, not {old.release} any more"
    if component in new.left_out or component in old.left_out:
        return new.left_out.get(component) or f"it was left out: {old.left_out[component]}"
    if same_version:
        return "the distribution has another revision of it"
    return "this podsys has another version in the release"
