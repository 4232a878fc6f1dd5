"""What is run, in which order: podsys and its peers in turn, round after round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

SCENARIOS = ("converged", "drift", "first", "scale")
TOOLS: Mapping[str, tuple[str, ...]] = {
    "converged": ("podsys", "roundtrip", "clush", "pyinfra", "stock"),
    "drift": ("podsys", "ansible-start", "pyinfra", "stock"),
    "first": ("podsys", "pyinfra", "stock"),
    "scale": ("podsys",),
}
# Seconds on 32 nodes, to predict the end before anything was measured.
GUESSES: Mapping[tuple[str, str], float] = {
    ("converged", "stock"): 170,
    ("drift", "stock"): 170,
    ("first", "podsys"): 60,
    ("first", "pyinfra"): 45,
    ("first", "stock"): 260,
}
QUICK_S = 6.0
FRESH_LAB_S = 30.0
CONVERGE_S = 150.0


@dataclass(frozen=True, slots=True)
class Step:
    """One timed command."""

    scenario: str
    nodes: int
    round: int
    tool: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for."""

    nodes: Sequence[int] = (8, 16, 32)
    scenarios: Sequence[str] = SCENARIOS
    runs: int = 5
    stock_runs: int = 5
    lab: str = "peers"


def list_steps(wishes: Wishes) -> list[Step]:
    return list(_steps(wishes))


def _steps(wishes: Wishes) -> Iterator[Step]:
    for nodes in wishes.nodes:
        for scenario in (name for name in wishes.scenarios if name != "scale"):
            for number in range(1, max(wishes.runs, wishes.stock_runs) + 1):
                for tool in TOOLS[scenario]:
                    if number <= (wishes.stock_runs if tool == "stock" else wishes.runs):
                        yield Step(scenario, nodes, number, tool)
    if "scale" in wishes.scenarios:
        yield Step("scale", 10_000, 1, "podsys")


@dataclass(slots=True)
class Forecast:
    """How long the rest will take: as long as the same took, or else a guess by nodes."""

    known: dict[tuple[str, int, str], float] = field(default_factory=dict)

    def learn(self, step: Step, wall_s: float) -> None:
        self.known[step.scenario, step.nodes, step.tool] = wall_s

    def predict(self, steps: Sequence[Step]) -> float:
        return sum(map(self._one, steps)) + sum(_prepare(steps))

    def _one(self, step: Step) -> float:
        guess = GUESSES.get((step.scenario, step.tool), QUICK_S) * (8 + min(step.nodes, 32)) / 40
        return self.known.get((step.scenario, step.nodes, step.tool), guess)


def _prepare(steps: Sequence[Step]) -> Iterator[float]:
    """Fresh nodes before every first deploy; once for each size, converged ones."""
    for step in steps:
        if step.scenario == "first":
            yield FRESH_LAB_S * (8 + step.nodes) / 40
    for nodes in {step.nodes for step in steps if step.scenario in ("converged", "drift")}:
        yield CONVERGE_S * (8 + nodes) / 40
