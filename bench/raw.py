"""raw.jsonl: every sample the moment it is there, so that an aborted run loses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.steps import Step

HERE = Path(__file__).parent
RAW = HERE / "raw.jsonl"


@dataclass(frozen=True, slots=True)
class Sample:
    """What one command took. `ok`: it ended in the state that was asked for."""

    scenario: str
    nodes: int
    round: int
    tool: str
    ok: bool
    wall_s: float
    cpu_s: float
    peak_mib: float
    tree_mib: float
    note: str = ""
    load: float = 0.0

    @property
    def step(self) -> Step:
        return Step(self.scenario, self.nodes, self.round, self.tool)


@dataclass(slots=True)
class Run:
    """One `make bench`: where it ran, what it found."""

    id: str
    machine: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def append(run: str, kind: str, data: Any) -> None:
    with RAW.open("a") as file:
        file.write(json.dumps({"run": run, kind: data}) + "\n")


def append_sample(run: str, sample: Sample) -> None:
    append(run, "sample", asdict(sample))


def read_runs(path: Path = RAW) -> dict[str, Run]:
    """All runs, the oldest first."""
    runs: dict[str, Run] = {}
    for line in _read_lines(path):
        run = runs.setdefault(line["run"], Run(line["run"]))
        if "sample" in line:
            run.samples.append(Sample(**line["sample"]))
        run.machine |= line.get("machine", {})
        run.facts |= line.get("fact", {})
    return runs


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """A line that a kill cut off says nothing."""
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            yield json.loads(line)
        except ValueError:
            continue
