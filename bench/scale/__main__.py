"""python -m bench.scale: what planning for thousands of nodes costs, by stage."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SIZES = (100, 1000, 3000, 10000)
SCENARIOS = ("first", "drift")
DAILY = (32, 1000)
PAIR_NODES = 4096


def main() -> None:
    options = parse_arguments()
    rows = [
        measure_planning(size, scenario) for scenario in options.scenarios for size in options.nodes
    ]
    rows += [measure_daily(size) for size in options.daily]
    rows += [measure_pairs(size) for size in options.pairs]
    show(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--nodes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--scenarios", nargs="*", default=SCENARIOS, choices=SCENARIOS)
    parser.add_argument("--daily", type=int, nargs="*", default=DAILY)
    parser.add_argument("--pairs", type=int, nargs="*", default=(PAIR_NODES,))
    parser.add_argument("--json", type=Path, help="the same as one JSON document")
    return parser.parse_args()


def measure_planning(size: int, scenario: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        run_alone("bench.scale.preparing", folder, str(size), scenario)
        row = json.loads(run_alone("bench.scale.planning", folder))
    return {"nodes": size, "scenario": scenario, **row}


def measure_daily(size: int) -> dict[str, Any]:
    """A whole `podsys deploy` that finds nothing to do, without the time that nodes take."""
    with tempfile.TemporaryDirectory() as folder:
        run_alone("bench.scale.preparing", folder, str(size), "same")
        run_alone("bench.scale.daily", folder, "prepare")
        row = json.loads(run_alone("bench.scale.daily", folder))
    return {"nodes": size, "scenario": "daily", **row}


def measure_pairs(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        row = json.loads(run_alone("bench.scale.pairs", folder, str(size)))
    return {"nodes": size, "scenario": "pairs", **row}


def run_alone(module: str, *arguments: str) -> str:
    """A fresh process: its memory is its own, and nothing is warm."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def show(rows: list[dict[str, Any]]) -> None:
    """One table for each list of stages, because a planned fleet and a measured one differ."""
    for stages in dict.fromkeys(tuple(row["seconds"]) for row in rows):
        print("".join(f"{word:>9}" for word in ("nodes", "fleet", *stages, *TOTALS)))
        for row in (row for row in rows if tuple(row["seconds"]) == stages):
            spent = row["seconds"].values()
            each = 1000 * sum(spent) / row["nodes"]
            cells = [f"{seconds:.2f}" for seconds in (*spent, sum(spent))]
            cells += [f"{row['wall_s']:.2f}", f"{row['peak_mb']}", f"{each:.3f}"]
            print("".join(f"{cell:>9}" for cell in (row["nodes"], row["scenario"], *cells)))
        print()


TOTALS = ("total", "wall", "MB", "ms/node")


if __name__ == "__main__":
    main()
