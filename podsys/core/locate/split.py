"""Split: which members make a whole group fail, found in few tests of smaller groups.

A test says whether a group fails. Halves are filled up with members known to be good, so
that a smaller group is tested at the size at which the fault showed. Halves are disjoint, so
all of a step are tested at once: a group of n with one culprit takes about log2(n) steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Test = Callable[[Sequence[str]], bool | None]
"""Takes the members of one group; True when it fails, None when it told nothing."""


@dataclass(frozen=True, slots=True)
class Split:
    """`culprits` fail even among good members; `together` fail only as a group.

    `untold` are groups whose test told nothing or that the budget did not reach: suspect still.
    """

    culprits: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    untold: tuple[tuple[str, ...], ...] = ()
    tests: int = 0
    steps: int = 0


@dataclass
class _Search:
    fails: Test
    good: list[str]
    size: int
    tests_left: int
    culprits: list[str]
    together: list[tuple[str, ...]]
    untold: list[tuple[str, ...]]
    tests: int = 0
    steps: int = 0

    def run(self, group: tuple[str, ...]) -> None:
        """Level by level; every group in `failing` is known to fail."""
        failing = [group]
        while failing:
            self.steps += any(len(one) > 1 for one in failing)
            failing = [half for one in failing for half in self.halve(one)]

    def halve(self, group: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The failing halves of a failing group; what passes is known to be good from now on."""
        if len(group) == 1:
            self.culprits += group
            return []
        if self.tests_left < 2:
            self.untold.append(group)
            return []
        middle = (len(group) + 1) // 2
        halves = (group[:middle], group[middle:])
        told = {half: self.test(half) for half in halves}
        if False in told.values() and True not in told.values() and None not in told.values():
            self.together.append(group)
            return []
        self.untold += [half for half, failed in told.items() if failed is None]
        self.good += [member for half, failed in told.items() if failed is False for member in half]
        return [half for half, failed in told.items() if failed]

    def test(self, half: tuple[str, ...]) -> bool | None:
        self.tests += 1
        self.tests_left -= 1
        others = [member for member in self.good if member not in half]
        return self.fails([*half, *others[: max(0, self.size - len(half))]])


def split_group(
    group: Sequence[str], fails: Test, good: Sequence[str] = (), max_tests: int = 64
) -> Split:
    """The culprits of a group that failed as a whole.

    `good` are members known to be good, of other groups. Without any, halves are tested as
    they are, and what passes fills up the next ones.
    """
    search = _Search(fails, list(good), len(group), max_tests, [], [], [])
    search.run(tuple(group))
    found = sorted(search.culprits)
    return Split(
        tuple(found), tuple(search.together), tuple(search.untold), search.tests, search.steps
    )
