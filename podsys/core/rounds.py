"""Rounds of pairs: in each round all pairs are disjoint and measured at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

Pair = tuple[str, str]
End = TypeVar("End", bound=Hashable)

# Enough to decide by majority about a link that was slow once.
RETEST_ROUNDS = 3


class Budget(NamedTuple):
    """Rounds planned ahead, and rounds kept for what they leave in doubt."""

    planned: int
    retests: int


def share_rounds(nodes: int, max_rounds: int) -> Budget:
    """Few nodes: every pair, and retests on top. Many: retests are part of `max_rounds`."""
    every = count_all_rounds(nodes)
    if every <= max_rounds:
        return Budget(every, RETEST_ROUNDS)
    retests = min(RETEST_ROUNDS, max_rounds // 2)
    return Budget(max_rounds - retests, retests)


def count_all_rounds(nodes: int) -> int:
    """Rounds in which everybody can meet everybody."""
    return nodes - 1 if nodes % 2 == 0 else nodes if nodes > 1 else 0


def plan_rounds(
    nodes: Sequence[str], max_rounds: int, leaves: Mapping[str, str] | None = None
) -> list[list[Pair]]:
    """Circle method: nobody twice in a round, no pair twice; odd counts rest one node a round.

    When every pair fits into `max_rounds`, every pair is there. Otherwise the rounds are
    spread over the circle, so that each node meets partners at many distances: neighbours
    under its own switch as well as nodes far away. Where `leaves` says which node is on which
    leaf switch, all meet a neighbour in the first round, and hardly anybody in the others.
    """
    names = list(dict.fromkeys(nodes))
    if len(names) < 2:
        return []
    circle = count_all_rounds(len(names))
    start = 0
    if leaves:
        names = _mirror_leaves(names, leaves)
        start = (len(names) - 1) % circle
    sums = _spread(circle, max_rounds)
    return [_round_of_sum(names, (start + total) % circle, circle) for total in sums]


def over_rails(
    pairs: Iterable[Pair], rails: Sequence[str]
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Each pair on every rail at once, like with like; without rails, the nodes themselves."""
    ordered = (sorted(pair) for pair in pairs)
    return [((one, rail), (other, rail)) for one, other in ordered for rail in rails or ("",)]


def pack_rounds(pairs: Iterable[tuple[End, End]]) -> list[list[tuple[End, End]]]:
    """Pairs somebody chose, packed into rounds of disjoint pairs in the order given."""
    rounds: list[list[tuple[End, End]]] = []
    busy: list[set[End]] = []
    for pair in pairs:
        free = next((n for n, names in enumerate(busy) if names.isdisjoint(pair)), len(rounds))
        if free == len(rounds):
            rounds.append([])
            busy.append(set())
        rounds[free].append(pair)
        busy[free].update(pair)
    return rounds


def _mirror_leaves(names: Sequence[str], leaves: Mapping[str, str]) -> list[str]:
    """Neighbours at mirrored positions: those are who meet in the first round.

    One of an odd leaf is left over; the leftovers, and who has no leaf, stand in the middle.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(leaves.get(name, ""), []).append(name)
    front: list[str] = []
    back: list[str] = []
    middle = groups.pop("", [])
    for group in groups.values():
        half = len(group) // 2
        front += group[:half]
        back += group[half : 2 * half]
        middle += group[2 * half :]
    return [*front, *middle, *reversed(back)]


def _spread(circle: int, max_rounds: int) -> list[int]:
    """Evenly, but no two differences alike where there is room (a Sidon set).

    Then no two nodes share two partners, so that slow pairs never have the same two
    explanations in several rounds.
    """
    rounds = min(circle, max(0, max_rounds))
    chosen: list[int] = []
    taken: set[int] = set()
    for number in range(rounds):
        first, after = (number * circle // rounds, (2 * number + 1) * circle // (2 * rounds))
        free = (x for x in range(first, after) if _is_fresh(x, chosen, taken, circle))
        chosen.append(next(free, first))
        taken |= set(_differences(chosen[-1], chosen[:-1], circle))
    return chosen


def _is_fresh(candidate: int, chosen: Sequence[int], taken: set[int], circle: int) -> bool:
    new = list(_differences(candidate, chosen, circle))
    return taken.isdisjoint(new) and len(set(new)) == len(new)


def _differences(one: int, others: Iterable[int], circle: int) -> Iterator[int]:
    for other in others:
        yield (one - other) % circle
        yield (other - one) % circle


def _round_of_sum(names: Sequence[str], total: int, circle: int) -> list[Pair]:
    """Positions on the circle whose sum is `total` meet; who would meet itself meets the last.

    `circle` is odd, so exactly one position meets itself; with an odd number of nodes there
    is no node outside the circle and that one rests.
    """
    pairs = []
    for here in range(circle):
        there = (total - here) % circle
        if here < there:
            pairs.append((names[here], names[there]))
        elif here == there and circle < len(names):
            pairs.append((names[here], names[-1]))
    return pairs
