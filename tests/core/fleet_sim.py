"""A fleet with planted faults, measured in rounds with noise: input for judging tests."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from podsys.core.rounds import Pair, plan_rounds
from podsys.model.baseline import Baseline
from podsys.model.finding import Measurement

LINE_RATE = 10.0
USUAL = 9.4
BASELINE = Baseline(
    metric="tcp_pair_bw",
    unit="Gbit/s",
    floor_of_line_rate=0.5,
    floor_of_median=0.85,
    mads=4,
    scope="a pair of nodes",
    source="test",
    date="2026-01-01",
)


@dataclass
class Fleet:
    size: int
    seed: int = 0
    noise: float = 0.02
    slow_nodes: dict[str, float] = field(default_factory=dict)
    slow_links: dict[frozenset[str], float] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    all_factor: float = 1.0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    @property
    def nodes(self) -> list[str]:
        return [f"n{number:03}" for number in range(1, self.size + 1)]

    def measure(self, pairs: Iterable[Pair]) -> list[Measurement]:
        return [self._one(way) for pair in pairs for way in (pair, pair[::-1])]

    def measure_rounds(self, max_rounds: int = 8) -> list[Measurement]:
        rounds = plan_rounds(self.nodes, max_rounds)
        return self.measure(pair for pairs in rounds for pair in pairs)

    def _one(self, way: Pair) -> Measurement:
        common = ("network.pairs", "tcp_pair_bw", way)
        if self.dead & {*way}:
            return Measurement(*common, None, "Gbit/s", problem="no answer")
        factor = min([self.slow_nodes.get(node, 1.0) for node in way])
        factor *= self.slow_links.get(frozenset(way), 1.0) * self.all_factor
        value = USUAL * factor * (1 + self.random.uniform(-self.noise, self.noise))
        return Measurement(*common, value, "Gbit/s")
