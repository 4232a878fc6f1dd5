"""Passive checks: everything that one look at the nodes tells, judged."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from podsys.commands.common import Cluster
from podsys.commands.desired import Desired
from podsys.commands.faults import describe_platform, load_faults, load_platforms, paths_below
from podsys.commands.platform_names import find_platforms
from podsys.commands.quarantine import judge_quarantine
from podsys.commands.release_book import judge_locks
from podsys.core.counters import Kept, compare_counters, keep_counters
from podsys.core.diagnose import Surroundings, diagnose_nodes
from podsys.core.fault_choice import choose_faults
from podsys.core.faults import CompiledFault
from podsys.core.fleet import find_fleets
from podsys.core.judge import judge_items, judge_reachable, judge_skips
from podsys.core.lock import read_lock
from podsys.core.peers import read_peers
from podsys.effects.workspace import Workspace, write_atomically
from podsys.model.facts import NodeFacts
from podsys.model.finding import Finding
from podsys.model.item import Item

Options = dict[str, dict[str, Any]]


def judge_passive(
    cluster: Cluster,
    facts: Mapping[str, NodeFacts],
    desired: Desired,
    since_s: float | None = None,
    asked: Iterable[Item] = (),
) -> list[Finding]:
    """Findings of faults, of wanted items, and of what could not be seen.

    `asked` are the questions about peers. The counters that were seen are kept in the
    workspace, for the rates of the next look.
    """
    catalog = cluster.catalog
    faults = find_faults(cluster)
    items = judge_items(desired.wanted, facts, catalog.sources)
    surroundings = Surroundings(
        baseline=catalog.ceilings,
        options=gather_options(cluster, facts, faults, asked),
        since_s=since_s,
    )
    reachable = {n: desired.skipped[n] for n, found in facts.items() if found.reachable}
    return [
        *judge_reachable(facts.values()),
        *judge_quarantine(cluster.workspace, facts),
        *diagnose_nodes(facts, faults, surroundings, items),
        *judge_skips(reachable, catalog.sources),
        *judge_locks(cluster.workspace, cluster.spec, facts),
    ]


def find_faults(cluster: Cluster) -> tuple[CompiledFault, ...]:
    """Those of the catalog, as the site wants them."""
    settings = (setting.id for setting in cluster.catalog.settings)
    return choose_faults(load_faults(settings), cluster.spec.faults)


def gather_options(
    cluster: Cluster,
    facts: Mapping[str, NodeFacts],
    faults: tuple[CompiledFault, ...],
    asked: Iterable[Item],
) -> Options:
    """What rules may read beside a node's own facts, where it is known."""
    platforms = find_platforms(cluster, facts)
    models = {id_: describe_platform(load_platforms()[id_]) for id_ in set(platforms.values())}
    options: Options = {node: {} for node in facts}
    for name, values in (
        ("platform", {node: models[id_] for node, id_ in platforms.items()}),
        ("wanted", read_wanted(cluster.workspace)),
        ("fleet", find_fleets(facts, _kinds(facts, platforms), paths_below(faults, "fleet"))),
        ("peers", read_peers(cluster.spec, facts, asked)),
        ("rates", _find_rates(cluster.workspace, facts, faults)),
    ):
        for node in options.keys() & values.keys():
            options[node][name] = values[node]
    return options


def _kinds(facts: Mapping[str, NodeFacts], platforms: Mapping[str, str]) -> dict[str, str]:
    """Machines of one product with one kind of GPU are alike, whether a platform file describes
    them or not, and those of one platform are not if they are of several makers."""
    return {
        node: f"{seen.get('system.product') or platforms.get(node, '')} {_gpu_ids(seen)}"
        for node, seen in facts.items()
    }


def _gpu_ids(facts: NodeFacts) -> list[str]:
    devices: Iterable[Mapping[str, Any]] = facts.get("pci.devices") or ()
    return sorted({f"{d['vendor']}:{d['device']}" for d in devices if d["kind"] == "gpu"})


def read_wanted(workspace: Workspace) -> dict[str, dict[str, str]]:
    if not workspace.lock_file.exists():
        return {}
    return read_lock(workspace.lock_file.read_text(encoding="utf-8"))


def _find_rates(
    workspace: Workspace, facts: Mapping[str, NodeFacts], faults: tuple[CompiledFault, ...]
) -> dict[str, dict[str, Any]]:
    """Since the last look; what was seen now is kept for the next one."""
    before = _load_counters(workspace)
    now = keep_counters(facts, paths_below(faults, "rates"), time.time())
    if now:
        write_atomically(workspace.counters_file, json.dumps({**before, **now}))
    return compare_counters(before, now)


def _load_counters(workspace: Workspace) -> Kept:
    """A file that cannot be read is as good as none: the next look has rates again."""
    try:
        known = json.loads(workspace.counters_file.read_bytes())
    except (OSError, ValueError):
        return {}
    return dict(_whole(known)) if isinstance(known, dict) else {}


def _whole(known: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for node, seen in known.items():
        if isinstance(seen, dict) and isinstance(seen.get("time"), int | float):
            yield node, seen
