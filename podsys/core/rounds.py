"""Rounds of pairs: in each round all pairs are disjoint and measured at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Pair = tuple[str, str]


def plan_rounds(nodes: Sequence[str], max_rounds: int) -> list[list[Pair]]:
    """Circle method: nobody twice in a round, no pair twice; odd counts rest one node a round.

    When every pair fits into `max_rounds`, every pair is there. Otherwise the rounds are
    spread evenly over the circle, so that each node meets partners at many distances:
    neighbours under its own switch as well as nodes far away.
    """
    names = list(dict.fromkeys(nodes))
    if len(names) < 2:
        return []
    circle = len(names) - 1 if len(names) % 2 == 0 else len(names)
    return [_round_of_sum(names, total, circle) for total in _spread(circle, max_rounds)]


def pack_rounds(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs somebody chose, packed into rounds of disjoint pairs in the order given."""
    rounds: list[list[Pair]] = []
    busy: list[set[str]] = []
    for pair in pairs:
        free = next((n for n, names in enumerate(busy) if names.isdisjoint(pair)), len(rounds))
        if free == len(rounds):
            rounds.append([])
            busy.append(set())
        rounds[free].append(pair)
        busy[free].update(pair)
    return rounds


def _spread(circle: int, max_rounds: int) -> list[int]:
    rounds = min(circle, max(0, max_rounds))
    return [number * circle // rounds for number in range(rounds)]


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
