"""What init found: a table of machines, the odd ones out, and what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from podsys.model.facts import NodeFacts
from podsys.model.nodeset import fold
from podsys.view.console import clean, out, print_json

# (fact, what these read, what most read, the nodes)
Odd = tuple[str, str, str, tuple[str, ...]]
# (release, the nodes folded, components left out with the reason)
Locked = tuple[str, str, Mapping[str, str]]
COLUMNS = ("nodes", "system", "kernel", "CPU", "memory", "NICs", "model")


def show_machines(facts: Mapping[str, NodeFacts], oddities: Sequence[Odd]) -> None:
    """Equal machines share a line, so that a thousand nodes still fit on a screen."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in COLUMNS:
        table.add_column(column)
    for row, names in _group_equal(facts).items():
        table.add_row(fold(names), *(clean(cell) for cell in row))
    if table.row_count:
        out().print(table)
    for found in facts.values():
        if not found.reachable:
            out().print(f"unreachable  {clean(found.node)}: {clean(found.error)}", style="red")
    for fact, value, usual, nodes in oddities:
        others = f"most have {usual}" if usual else "and no value has a majority"
        line = f"odd one out  {fold(nodes)}: {fact} is {value}, {others}"
        out().print(clean(line), style="yellow")


def show_releases(releases: Sequence[Locked], moves: Sequence[str], waiting: Sequence[str]) -> None:
    for release, nodes, left_out in releases:
        out().print(clean(f"release  {nodes}: {release}"))
        for reason, names in _by_reason(left_out).items():
            out().print(clean(f"  without {', '.join(names)}: {reason}"), soft_wrap=True)
    for move in moves:
        out().print(clean(f"moves  {move}"), soft_wrap=True)
    if waiting:
        line = f"no release yet  {fold(waiting)}: none of them answered; run podsys init again"
        out().print(clean(line), style="yellow")


def _by_reason(left_out: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, reason in left_out.items():
        found.setdefault(reason, []).append(name)
    return found


def show_written(
    root: Path, kept: Sequence[str], added: Sequence[str], pinned: Sequence[str]
) -> None:
    if pinned:
        out().print(f"Pinned the host keys of {fold(pinned)} in {root / 'known_hosts'}.")
    if added:
        out().print(f"Added {fold(added)} to cluster.yaml.")
    for line in kept:
        out().print(f"kept your edit  {clean(line)}")
    out().print(f"Workspace: {root}   next: podsys deploy --plan -C {root}", soft_wrap=True)


def print_inventory(
    root: Path,
    facts: Mapping[str, NodeFacts],
    oddities: Sequence[Odd],
    kept: Sequence[str],
    pinned: Sequence[str],
    releases: Sequence[Locked] = (),
) -> None:
    keys = ("fact", "found", "usual", "nodes")
    print_json(
        {
            "workspace": str(root),
            "nodes": [_as_json(found) for found in facts.values()],
            "odd": [dict(zip(keys, odd, strict=True)) for odd in oddities],
            "kept": list(kept),
            "pinned": list(pinned),
            "releases": [
                {"release": release, "nodes": nodes, "left_out": dict(left_out)}
                for release, nodes, left_out in releases
            ],
        }
    )


def _as_json(found: NodeFacts) -> dict[str, Any]:
    state = "ready" if found.reachable else "unreachable"
    sections = {name: section.data for name, section in found.sections.items()}
    return {"name": found.node, "state": state, "error": found.error, "facts": sections}


def _group_equal(facts: Mapping[str, NodeFacts]) -> dict[tuple[str, ...], list[str]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for found in facts.values():
        if found.reachable:
            groups.setdefault(_row(found), []).append(found.node)
    return groups


def _row(found: NodeFacts) -> tuple[str, ...]:
    memory = found.get("memory.total_kb")
    return (
        f"{_text(found, 'system.os')} {_text(found, 'system.os_version')}",
        _text(found, "system.kernel"),
        f"{_text(found, 'cpu.cpus')} x {_text(found, 'cpu.model')}",
        f"{memory / 2**20:.1f} GiB" if memory else "?",
        _text(found, "network.nic_count"),
        _text(found, "system.product") or _text(found, "system.virtualization"),
    )


def _text(found: NodeFacts, path: str) -> str:
    value = found.get(path)
    return "?" if value is None else str(value)
