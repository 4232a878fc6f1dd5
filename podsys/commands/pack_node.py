"""podsys pack-node: the probe, the faults and what this cluster wants, as one file for nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podsys import __version__
from podsys.commands.common import Cluster, load_cluster, load_facts
from podsys.commands.desired import render
from podsys.commands.faults import describe_platform, load_platforms, paths_below
from podsys.commands.passive import find_faults, read_wanted
from podsys.core.select import SETTINGS_ROLE
from podsys.effects.node_program import pack_node
from podsys.effects.program import list_sections
from podsys.effects.workspace import write_output
from podsys.errors import ExitCode
from podsys.model.item import Item
from podsys.view.console import out, print_json

EXECUTABLE = 0o755


def pack(root: Path, file: Path, as_json: bool) -> ExitCode:
    """Asks no node anything: what nodes want follows from what was seen of them last."""
    cluster = load_cluster(root)
    judge = gather_judge(cluster)
    program = pack_node(judge)
    write_output(file, program, EXECUTABLE)
    if as_json:
        print_json({"file": str(file), "bytes": len(program), "faults": len(judge["faults"])})
        return ExitCode.GOOD
    size = f"{len(program) / 1000:.0f} kB, {len(judge['faults'])} faults"
    out().print(f"{file}: {size}. Copy it to the nodes; {file.name} --help says the rest.")
    return ExitCode.GOOD


def gather_judge(cluster: Cluster) -> dict[str, Any]:
    """What node/alone judges with; equal nodes share their list of settings."""
    catalog = cluster.catalog
    faults = find_faults(cluster)
    lists, nodes = _describe_nodes(cluster)
    return {
        "podsys": __version__,
        "sections": list(list_sections()),
        "faults": [dict(fault.plain) for fault in faults],
        "rate_paths": sorted(list(path) for path in paths_below(faults, "rates")),
        "baseline": catalog.ceilings,
        "platforms": {id_: describe_platform(one) for id_, one in load_platforms().items()},
        "items": lists,
        "nodes": nodes,
    }


def _describe_nodes(cluster: Cluster) -> tuple[list[list[dict[str, object]]], dict[str, Any]]:
    rendering = render(
        cluster.workspace, cluster.spec, cluster.catalog, load_facts(cluster.workspace)
    )
    wanted = read_wanted(cluster.workspace)
    known: dict[tuple[Item, ...], int] = {}
    nodes = {}
    for name, node in cluster.spec.nodes.items():
        items = tuple(i for i in rendering.wanted[name] if _is_setting(i))
        place = known.setdefault(items, len(known))
        nodes[name] = {"platform": node.platform, "wanted": wanted.get(name), "items": place}
    return [[item.as_request() for item in items] for items in known], nodes


def _is_setting(item: Item) -> bool:
    return item.role == SETTINGS_ROLE and not item.advisory
