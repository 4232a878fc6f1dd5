"""A simulated fleet with rails and leaf switches: planted faults, noise, transients.

Values are relative to what a healthy pair reaches. A fault has a factor that everything
passing it keeps, always or in a share of its measurements.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from podsys.core.locate.fabric import End, EndPair, Fabric, Part
from podsys.core.pairs import PairResult
from podsys.core.retests import pack_retests, retest_pairs
from podsys.core.rounds import over_rails, plan_rounds, share_rounds
from podsys.core.suspects import Localised, find_suspects

SLOW_BELOW = 0.9
SIGMA = 0.03
TRANSIENTS = 0.005
LEAF_SIZE = 32


@dataclass(frozen=True)
class Site:
    """What stays the same over many seeds. `rails` empty: one rail without a name.

    `truth` is the fabric as it is, `fabric` as podsys knows it.
    """

    nodes: int = 1024
    rails: tuple[str, ...] = tuple("01234567")
    known_leaves: bool = True
    rail_leaves: bool = False
    spines: int = 0
    truth: Fabric = field(init=False, compare=False)
    fabric: Fabric = field(init=False, compare=False)

    def __post_init__(self) -> None:
        rails = self.rails if self.rail_leaves else ("",)
        ends = [(name, rail) for name in self.names for rail in rails]
        leaves = {end: self.leaf(*end) for end in ends}
        route = self.route if self.spines else (lambda one, other: ())
        object.__setattr__(self, "truth", Fabric(leaves, route))
        object.__setattr__(self, "fabric", self.truth if self.known_leaves else Fabric())

    @property
    def names(self) -> list[str]:
        return [f"n{number:04}" for number in range(self.nodes)]

    def leaf(self, name: str, rail: str = "") -> str:
        """32 nodes hang on one leaf with all rails, or with each rail on a leaf of its own."""
        group = f"leaf{int(name[1:]) // LEAF_SIZE:02}"
        return f"{group}-{rail}" if self.rail_leaves else group

    def route(self, one: End, other: End) -> Iterable[str]:
        """Static routing: the way up is chosen by the end where it is going."""
        if self.leaf(one[0]) == self.leaf(other[0]):
            return
        for here, there in ((one, other), (other, one)):
            spine = f"spine{(int(there[0][1:]) + 7 * int(there[1] or 0)) % self.spines:02}"
            yield f"{self.leaf(here[0])}--{spine}"
            yield f"{self.leaf(there[0])}--{spine}"

    def rounds(self, planned: int) -> list[list[EndPair]]:
        leaves = {name: self.leaf(name) for name in self.names} if self.known_leaves else None
        rounds = plan_rounds(self.names, planned, leaves)
        return [over_rails(pairs, self.rails) for pairs in rounds]


@dataclass
class Simulation:
    """`faults`: part -> factor; `shares`: part -> share of its measurements that are slow."""

    site: Site
    faults: dict[Part, float]
    seed: int
    shares: dict[Part, float] = field(default_factory=dict)
    dead: frozenset[str] = frozenset()
    rounds_used: int = 0
    values: dict[EndPair, list[float]] = field(default_factory=dict)
    results: dict[EndPair, PairResult] = field(default_factory=dict)

    def run(self, max_rounds: int = 8) -> Localised:
        self.chance = random.Random(self.seed)
        self.hit = self.ends_hit()
        budget = share_rounds(self.site.nodes, max_rounds)
        for pairs in planned_rounds(self.site, budget.planned):
            self.measure(pairs)
        for _ in range(budget.retests):
            pairs, found = self.solve()
            wanted = pack_retests(retest_pairs(pairs, found))
            if not wanted:
                return found
            self.measure(over_rails(wanted, self.site.rails))
        return self.solve()[1]

    def solve(self) -> tuple[list[PairResult], Localised]:
        pairs = list(self.results.values())
        return pairs, find_suspects(pairs, SLOW_BELOW, self.site.fabric)

    def measure(self, pairs: Iterable[EndPair]) -> None:
        self.rounds_used += 1
        for ends in pairs:
            attempts = self.values.setdefault(ends, [])
            if not self.dead.intersection((ends[0][0], ends[1][0])):
                attempts.append(self.one_value(ends))
            self.results[ends] = as_result(ends, attempts)

    def one_value(self, ends: EndPair) -> float:
        factor = 1.0
        if self.hit is None or ends[0] in self.hit or ends[1] in self.hit:
            factor = min(map(self.factor_now, self.site.truth.parts(ends)))
        if self.chance.random() < TRANSIENTS:
            factor *= self.chance.uniform(0.2, 0.95)
        return factor * (1 + SIGMA * self.chance.gauss(0, 1))

    def factor_now(self, part: Part) -> float:
        if part in self.faults and self.chance.random() < self.shares.get(part, 1.0):
            return self.faults[part]
        return 1.0

    def ends_hit(self) -> set[End] | None:
        """Only to save time: ends that no fault of a node or rail can reach."""
        kinds = {part.kind for part in self.faults}
        if not kinds <= {"node", "rail"}:
            return None
        owners = {part.id.partition("/")[0] for part in self.faults}
        return {(node, rail) for node in owners for rail in (self.site.rails or ("",))}


@cache
def planned_rounds(site: Site, planned: int) -> list[list[EndPair]]:
    return site.rounds(planned)


def as_result(ends: EndPair, values: list[float]) -> PairResult:
    slow = sum(value < SLOW_BELOW for value in values)
    return PairResult(ends, tuple(values), slow, min(values, default=None), "no answer")


def plant(site: Site, seed: int, kind: str) -> dict[Part, float]:
    """Faults of one scenario; half of all are exactly 15 % slow, the hardest there is."""
    chance = random.Random(f"{kind} {seed}")
    return dict(_plant(site, chance, kind))


def _plant(site: Site, chance: random.Random, kind: str) -> Iterator[tuple[Part, float]]:
    if kind == "healthy":
        return
    if kind in ("switch", "uplinks"):
        leaf = site.leaf(chance.choice(site.names), chance.choice(site.rails or ("",)))
        yield Part("switch", leaf, across=kind == "uplinks"), _factor(chance)
    elif kind == "link":
        yield _any_link(site, chance), _factor(chance)
    else:
        for node in chance.sample(site.names, chance.randint(1, 4)):
            rail = chance.choice(site.rails or ("",))
            is_rail = site.rails and (kind == "rail" or (kind == "mixed" and chance.random() < 0.5))
            part = Part("rail", f"{node}/{rail}") if is_rail else Part("node", node)
            yield part, _factor(chance)


def _any_link(site: Site, chance: random.Random) -> Part:
    """With known routes a link inside the fabric; else the path of one pair of the plan."""
    if site.spines:
        leaf, spine = chance.choice(site.names), chance.randrange(site.spines)
        return Part("link", f"{site.leaf(leaf)}--spine{spine:02}")
    planned = planned_rounds(site, share_rounds(site.nodes, 8).planned)
    ends = chance.choice(chance.choice(planned))
    return site.fabric.link(ends)


def _factor(chance: random.Random) -> float:
    return 0.85 if chance.random() < 0.5 else chance.uniform(0.3, 0.85)
