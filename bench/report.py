"""RESULTS.md from the raw samples of the last run: `python -m bench.report`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from bench.claims import judge
from bench.numbers import Medians, Table, make_table
from bench.raw import HERE, Run, read_runs
from bench.steps import SCENARIOS, TOOLS

RESULTS = HERE / "RESULTS.md"
CONDITIONS = HERE / "conditions.md"
NAMES = {
    "podsys": "podsys deploy --yes",
    "stock": "stock ansible-playbook",
    "pyinfra": "pyinfra",
    "roundtrip": "paramiko round trip",
    "clush": "clush round trip",
    "ansible-start": "one Ansible start",
}
TITLES = {
    "converged": "Converged: nothing to do",
    "drift": "One drifted setting on one node",
    "first": "First deploy: settings, files and services, no package downloads",
}
HEAD = (
    "| nodes | tool | wall, s | fastest to slowest, s | times podsys | admin CPU, s "
    "| largest process, MiB | all processes, MiB | runs |\n"
    "|---:|---|---:|---:|---:|---:|---:|---:|---:|"
)
MET = {True: "**met**", False: "**not met**", None: "not measured"}


def main() -> None:
    runs = list(read_runs().values())
    if not runs:
        sys.exit("bench: no samples yet; `make bench` makes them")
    RESULTS.write_text(render(runs[-1], CONDITIONS.read_text()))
    sys.stderr.write(f"wrote bench/{RESULTS.name}\n")


def render(run: Run, conditions: str) -> str:
    table = make_table(run.samples)
    scale = run.facts.get("scale")
    parts = [
        "# podsys and its peers, side by side\n",
        f"Written by `make bench` from the run of {run.id}; do not edit. Wall times are from the "
        "start of a process to its exit. Ratios are of medians within this run.\n",
        *_machine(run),
        *_claims(table, scale),
        *(part for name in SCENARIOS if name in TITLES for part in _scenario(name, table)),
        *_scale(scale),
        *_failures(run),
        conditions,
        *_facts(run),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _machine(run: Run) -> Iterator[str]:
    yield "| machine | |\n|---|---|"
    yield from (f"| {name} | {value} |" for name, value in run.machine.items() if value)
    if loads := [sample.load for sample in run.samples]:
        yield f"| load average before each command | {min(loads):.1f} to {max(loads):.1f} |"
    yield ""


def _claims(table: Table, scale: dict[str, Any] | None) -> Iterator[str]:
    yield "## Claims, on 32 nodes\n\n| claim | measured | met or not |\n|---|---|---|"
    for judged in judge(table, scale):
        yield f"| {judged.claim} | {judged.measured} | {MET[judged.met]} |"
    yield ""


def _scenario(scenario: str, table: Table) -> Iterator[str]:
    sizes = sorted({nodes for name, nodes, _ in table if name == scenario})
    if not sizes:
        return
    yield f"## {TITLES[scenario]}\n"
    yield HEAD
    for nodes in sizes:
        podsys = table.get((scenario, nodes, "podsys"))
        for tool in TOOLS[scenario]:
            found = table.get((scenario, nodes, tool))
            if found:
                yield _row(nodes, tool, found, podsys)
    yield ""


def _row(nodes: int, tool: str, found: Medians, podsys: Medians | None) -> str:
    ratio = f"{found.wall_s / podsys.wall_s:.2f}" if podsys else ""
    runs = f"{found.runs}, {found.failed} failed" if found.failed else str(found.runs)
    return (
        f"| {nodes} | {NAMES[tool]} | {found.wall_s:.2f} | "
        f"{found.fastest_s:.2f} to {found.slowest_s:.2f} | {ratio} | {found.cpu_s:.2f} | "
        f"{found.peak_mib:.0f} | {found.tree_mib:.0f} | {runs} |"
    )


def _scale(scale: dict[str, Any] | None) -> Iterator[str]:
    if scale:
        yield f"## Planning thousands of nodes\n\n```\n{scale['table'].rstrip()}\n```\n"


def _failures(run: Run) -> Iterator[str]:
    bad = [sample for sample in run.samples if not sample.ok]
    if bad:
        yield "## Runs that did not do their work\n"
        for sample in bad:
            where = f"{sample.scenario}, {sample.nodes} nodes, round {sample.round}, {sample.tool}"
            yield f"- {where}: {sample.note}"
        yield ""


def _facts(run: Run) -> Iterator[str]:
    for name in sorted(name for name in run.facts if name.startswith("converged on ")):
        fact = run.facts[name]
        yield (
            f"- {name}: podsys sends {fact['payload_bytes']:,} bytes to a node; "
            f"pyinfra runs {fact['pyinfra_operations']} operations."
        )


if __name__ == "__main__":
    main()
