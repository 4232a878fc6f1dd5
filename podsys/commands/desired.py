"""What is wanted of every node, and one look at all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from podsys.commands.common import Catalog, Cluster, know, load_facts, save_facts
from podsys.commands.offline import load_archive
from podsys.commands.release_book import load_lock
from podsys.commands.rendering import Rendering, render_cluster
from podsys.commands.role_texts import RoleTexts
from podsys.core.locked import locked_nodes
from podsys.core.plan import find_advice
from podsys.core.rendering import Layout
from podsys.core.requests import find_bare, share_requests
from podsys.core.select import as_item
from podsys.effects.probe import probe
from podsys.effects.ssh import Fleet
from podsys.effects.tree import write_tree
from podsys.effects.workspace import Workspace
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.plan import Change
from podsys.model.spec import ClusterSpec
from podsys.view.progress import Progress


@dataclass(frozen=True, slots=True)
class Desired:
    """Wanted items of the chosen nodes; `skipped` settings with the reason, by node."""

    wanted: Mapping[str, tuple[Item, ...]]
    skipped: Mapping[str, Mapping[str, str]]
    layout: Layout
    texts: RoleTexts

    @property
    def role_order(self) -> list[str]:
        return [role.name for role in self.layout.roles]

    def updated(self, newer: Desired) -> Desired:
        """With what was learnt of some of the nodes since."""
        wanted = {**self.wanted, **newer.wanted}
        return Desired(wanted, {**self.skipped, **newer.skipped}, newer.layout, newer.texts)

    def advice(self, facts: Mapping[str, NodeFacts]) -> tuple[Change, ...]:
        """What advisory settings would change if they were adopted."""
        return find_advice(self.wanted, facts, self.role_order)


def survey(
    cluster: Cluster,
    fleet: Fleet,
    chosen: Sequence[str],
    watch: Progress,
    also: tuple[Item, ...] = (),
    *,
    remember: bool = True,
) -> tuple[dict[str, NodeFacts], Desired]:
    """Probe the chosen nodes, one round trip each; what each wants follows from its facts.

    What a node wants depends on its facts, so it is asked for what it wanted last time, or for
    every setting the first time; a node that turns out otherwise is asked once more. `also` are
    questions beside those; without `remember` nothing is kept for the next time.
    """
    watch.stage("probe", total=len(chosen))
    before = load_facts(cluster.workspace)
    guess = render(cluster.workspace, cluster.spec, cluster.catalog, before)
    everything = tuple(as_item(cluster.spec, setting) for setting in cluster.catalog.settings)
    asked = {n: guess.wanted[n] if n in before else everything + guess.wanted[n] for n in chosen}
    asked = {node: items + also for node, items in asked.items()}
    requests = share_requests(asked)
    bare = find_bare(before)
    facts = probe(fleet, requests, lambda one: watch.node(one.node, one.error), bare=bare)
    known = before | {n: f for n, f in facts.items() if f.reachable}
    rendering = guess
    if not guess.follows_from(cluster.spec, known):
        rendering = render(cluster.workspace, cluster.spec, cluster.catalog, known)
        if remember:
            save_facts(cluster.workspace, facts)
    missing = {n: items + also for n, items in _missing(rendering, facts).items()}
    facts |= probe(fleet, missing, bare=bare)
    ordered = {node: facts[node] for node in chosen}
    wanted = {node: rendering.wanted[node] for node in chosen}
    skipped = {node: rendering.skipped[node] for node in chosen}
    return ordered, Desired(wanted, skipped, rendering.layout, rendering.texts)


def write_rendered(
    workspace: Workspace, spec: ClusterSpec, catalog: Catalog, facts: Mapping[str, NodeFacts]
) -> None:
    """rendered/ as the facts ask for, including nodes that cannot be reached now."""
    known = know(workspace, facts)
    write_tree(workspace.rendered, render(workspace, spec, catalog, known).tree)


def render(
    workspace: Workspace, spec: ClusterSpec, catalog: Catalog, facts: Mapping[str, NodeFacts]
) -> Rendering:
    keys = workspace.known_hosts.read_text() if workspace.known_hosts.exists() else ""
    lock = load_lock(workspace)
    locked = locked_nodes(lock.releases) if lock else {}
    archive = load_archive(workspace, spec)
    return render_cluster(spec, catalog.settings, catalog.baselines, facts, keys, locked, archive)


def _missing(rendering: Rendering, facts: Mapping[str, NodeFacts]) -> dict[str, tuple[Item, ...]]:
    """Reachable nodes of which something wanted was not asked; then everything is asked."""
    return {
        node: rendering.wanted[node]
        for node, found in facts.items()
        if found.reachable and any(i.id not in found.readings for i in rendering.wanted[node])
    }
