"""Evidence: all samples by the parts they pass, and what is explained so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import NamedTuple

from podsys.core.locate.fabric import EndPair, Fabric, Part
from podsys.core.locate.noise import Noise
from podsys.model.finding import SuspectKind

# What one fault of a kind must explain beyond the choice among all of that kind, in nats:
# a fleet without any fault has one blamed by chance about once in four hundred runs.
PRIOR = 6.0


class Sample(NamedTuple):
    """One attempt on one pair: the worse of its directions."""

    pair: EndPair
    value: float


@dataclass
class Evidence:
    """`x` are the values as levels, `level` what is expected of each so far.

    Only parts that two or more slow samples share are followed: less is no ground for blame.
    """

    samples: Sequence[Sample]
    fabric: Fabric
    noise: Noise
    x: list[float] = field(init=False)
    level: list[float] = field(init=False)
    excused: set[int] = field(default_factory=set)
    members: dict[Part, list[int]] = field(init=False)
    prices: dict[SuspectKind, float] = field(init=False)

    def __post_init__(self) -> None:
        self.x = [self.noise.level_of(sample.value) for sample in self.samples]
        self.level = [0.0] * len(self.x)
        self.prices = self._find_prices()
        self.members = self._find_members()

    def is_slow(self, i: int) -> bool:
        """Slower than what is known to slow it down."""
        return self.x[i] < self.level[i] + self.noise.bound and i not in self.excused

    def slow(self, part: Part) -> list[int]:
        return [i for i in self.members[part] if self.is_slow(i)]

    def all_slow(self) -> list[int]:
        below = zip(self.x, self.level, strict=True)
        bound = self.noise.bound
        return [i for i, (x, level) in enumerate(below) if x < level + bound and self.is_slow(i)]

    def members_hit(self, part: Part, chosen: Iterable[int]) -> set[str]:
        """The nodes on a switch that these samples touch."""
        ends = {end for i in chosen for end in self.samples[i].pair}
        return {end[0] for end in ends if self.fabric.leaf_of(end) == part.id}

    def partners(self, part: Part, chosen: Iterable[int]) -> set[str]:
        """The nodes at the other end from this part; of a link, those at both ends."""
        ends = {end for i in chosen for end in self.samples[i].pair}
        if part.kind == "switch":
            return {end[0] for end in ends if self.fabric.leaf_of(end) != part.id}
        name = part.id.partition("/")[0] if part.kind != "link" else ""
        return {end[0] for end in ends} - {name}

    def _find_prices(self) -> dict[SuspectKind, float]:
        """The more there are of a kind, the more one of them must explain to be the one."""
        pairs = {sample.pair for sample in self.samples}
        ends = {end for pair in pairs for end in pair}
        switches = {self.fabric.leaf_of(end) for end in ends}
        counts: dict[SuspectKind, int] = {
            "node": len({end[0] for end in ends}),
            "rail": len(ends),
            "switch": 2 * len(switches),
            "link": len(pairs),
        }
        return {kind: log(max(count, 1)) + PRIOR for kind, count in counts.items()}

    def _find_members(self) -> dict[Part, list[int]]:
        parts = self.fabric.parts
        shared = Counter(p for i in self.all_slow() for p in parts(self.samples[i].pair))
        members: dict[Part, list[int]] = {p: [] for p, count in shared.items() if count > 1}
        followed = frozenset(members)
        for i, sample in enumerate(self.samples):
            for part in followed.intersection(parts(sample.pair)):
                members[part].append(i)
        return members
