"""python -m bench.scale: what planning for thousands of nodes costs, by stage."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.scale.fleet import name_nodes, write_answers, write_cluster, write_known_hosts
from bench.scale.planning import known_facts, select
from podsys.commands.common import load_catalog
from podsys.core.spec import parse_spec

SIZES = (100, 1000, 3000, 10000)
SCENARIOS = ("first", "drift")
PAIR_NODES = 4096


def main() -> None:
    options = parse_arguments()
    rows = [
        measure_planning(size, scenario) for scenario in options.scenarios for size in options.nodes
    ]
    show(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--nodes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--scenarios", nargs="*", default=SCENARIOS, choices=SCENARIOS)
    parser.add_argument("--json", type=Path, help="the same as one JSON document")
    return parser.parse_args()


def measure_planning(size: int, scenario: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, size, scenario)
        row = run_alone("bench.scale.planning", name)
    return {"nodes": size, "scenario": scenario, **row}


def prepare(folder: Path, size: int, scenario: str) -> None:
    (folder / "cluster.yaml").write_text(write_cluster(size))
    (folder / "known_hosts").write_text(write_known_hosts(size))
    spec, problems = parse_spec(write_cluster(size))
    assert spec, problems
    wanted = select(folder, spec, load_catalog(), known_facts(name_nodes(size))).wanted
    with (folder / "answers.jsonl").open("wb") as file:
        for node, answer in zip(wanted, write_answers(wanted, scenario), strict=True):
            file.write(node.encode() + b" " + answer + b"\n")


def run_alone(module: str, *arguments: str) -> dict[str, Any]:
    """A fresh process: its memory is its own, and nothing is warm."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        total = sum(row["seconds"].values())
        stages = "  ".join(f"{name} {spent:.2f}" for name, spent in row["seconds"].items())
        each = 1000 * total / row["nodes"]
        print(f"{row['nodes']:6} {row['scenario']}: {total:.2f} s, {row['peak_mb']} MB, {each:.2f} ms a node: {stages}")


if __name__ == "__main__":
    main()
