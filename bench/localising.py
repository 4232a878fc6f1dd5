"""python -m bench.localising: how well faults of 1,024 nodes are named in at most 8 rounds.

One line of JSON a scenario, at once, so that a run may be cut off.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.core.locate.simulated import Simulation, Site, plant

SITES = {
    "8 rails": Site(),
    "8 rails, a leaf for each rail": Site(rail_leaves=True),
    "8 rails, 16 spines": Site(spines=16),
    "2 rails": Site(rails=("0", "1")),
    "1 rail": Site(rails=()),
    "1 rail, 16 spines": Site(rails=(), spines=16),
}
SCENARIOS = (
    ("1 rail", "mixed"),
    ("1 rail", "switch"),
    ("1 rail", "uplinks"),
    ("1 rail", "link"),
    ("1 rail, 16 spines", "link"),
    ("1 rail", "healthy"),
    ("2 rails", "mixed"),
    ("2 rails", "switch"),
    ("2 rails", "link"),
    ("8 rails", "mixed"),
    ("8 rails, a leaf for each rail", "switch"),
    ("8 rails", "switch"),
    ("8 rails", "link"),
    ("8 rails, 16 spines", "link"),
    ("8 rails", "healthy"),
)


@dataclass
class Score:
    planted: int = 0
    named: int = 0
    right: int = 0
    rounds: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong_seeds: list[int] = field(default_factory=list)

    def add(self, site: Site, kind: str, seed: int) -> None:
        faults = plant(site, seed, kind)
        started = time.process_time()
        simulation = Simulation(site, faults, seed)
        found = simulation.run()
        self.seconds.append(time.process_time() - started)
        expected = {(part.kind, part.id) for part in faults}
        named = {(suspect.kind, suspect.id) for suspect in found.suspects}
        self.planted += len(expected)
        self.named += len(named)
        self.right += len(expected & named)
        self.rounds = max(self.rounds, simulation.rounds_used)
        if expected != named:
            self.wrong_seeds.append(seed)

    @property
    def recall(self) -> float | None:
        return round(self.right / self.planted, 4) if self.planted else None

    @property
    def precision(self) -> float | None:
        return round(self.right / self.named, 4) if self.named else None

    def row(self) -> dict[str, object]:
        return {
            "planted": self.planted,
            "named": self.named,
            "right": self.right,
            "recall": self.recall,
            "precision": self.precision,
            "rounds": self.rounds,
            "cpu_s_each": round(sum(self.seconds) / len(self.seconds), 3),
            "wrong_seeds": self.wrong_seeds,
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.localising", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--site", help="only sites whose name begins so")
    parser.add_argument("--only", help="only this kind of fault")
    parser.add_argument("--file", type=Path, help="where the lines are added")
    options = parser.parse_args()
    for site, kind in SCENARIOS:
        if site.startswith(options.site or "") and options.only in (None, kind):
            score = Score()
            for seed in range(options.seeds):
                score.add(SITES[site], kind, seed)
            line = json.dumps({"site": site, "fault": kind, "seeds": options.seeds, **score.row()})
            print(line, flush=True)
            if options.file:
                with options.file.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")


if __name__ == "__main__":
    main()
