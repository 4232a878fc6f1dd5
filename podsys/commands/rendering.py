"""From cluster.yaml, catalog and facts to what nodes shall be, and to Ansible that makes it so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from podsys.commands.rendered_tree import make_tree
from podsys.commands.role_texts import RoleTexts
from podsys.commands.wanting import all_skipped, wanted_items
from podsys.core.built import find_builds
from podsys.core.bundle_role import fill_bundle
from podsys.core.known_hosts import name_host_keys
from podsys.core.nccl import nccl_lines
from podsys.core.rendering import (
    Layout,
    Profile,
    reserved_groups,
    role_data,
    view_node,
)
from podsys.core.roles import bundled_in, families_of, nodes_of, parse_roles
from podsys.core.select import Selection, Traits, select_items, traits_of
from podsys.effects.content import (
    read_role_texts,
)
from podsys.errors import PodsysError
from podsys.model.baseline import Baseline
from podsys.model.build import Build
from podsys.model.bundle import Archive
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.lock import LockedRelease
from podsys.model.role import Role
from podsys.model.setting import Setting
from podsys.model.spec import ClusterSpec


@dataclass(frozen=True)
class Rendering:
    """`wanted` is everything that must hold, by node; `tree` is rendered/, by path.

    Most days nothing differs and rendered/ is not looked at, so its texts are made when asked.
    """

    wanted: Mapping[str, tuple[Item, ...]]
    skipped: Mapping[str, Mapping[str, str]]
    role_order: tuple[str, ...]
    layout: Layout
    texts: RoleTexts
    traits: Mapping[str, Traits]
    make_tree: Callable[[], Mapping[str, str]]

    def follows_from(self, spec: ClusterSpec, facts: Mapping[str, NodeFacts]) -> bool:
        """True when these facts would give the same again."""
        same_families = self.layout.families == families_of(spec, facts)
        same_rails = all(
            self.layout.views[node].nccl == lines
            for node, lines in nccl_of(spec, self.layout.members, facts).items()
        )
        return same_families and same_rails and self.traits == all_traits(spec, facts)

    @cached_property
    def tree(self) -> Mapping[str, str]:
        return self.make_tree()


def render_cluster(
    spec: ClusterSpec,
    settings: Sequence[Setting],
    baselines: Mapping[str, Baseline],
    facts: Mapping[str, NodeFacts],
    known_hosts: str,
    locked: Mapping[str, LockedRelease] | None = None,
    archive: Archive | None = None,
) -> Rendering:
    """Selection, items of roles, and the whole tree: one computation, so they cannot differ."""
    roles = fill_bundle(parse_roles(read_role_texts()), archive)
    refuse_reserved_groups(spec, roles)
    traits = all_traits(spec, facts)
    selections = select_all(spec, settings, traits)
    layout = lay_out(spec, roles, facts, selections, locked or {})
    texts = RoleTexts(role_data(spec, layout, baselines, name_host_keys(known_hosts, spec)))
    return Rendering(
        wanted=wanted_items(spec, layout, selections, texts),
        skipped=all_skipped(roles, layout, selections),
        role_order=tuple(role.name for role in layout.roles),
        layout=layout,
        texts=texts,
        traits=traits,
        make_tree=partial(make_tree, spec, layout, texts),
    )


def render_tree(
    spec: ClusterSpec,
    settings: Sequence[Setting],
    baselines: Mapping[str, Baseline],
    facts: Mapping[str, NodeFacts],
    known_hosts: str,
) -> Mapping[str, str]:
    return render_cluster(spec, settings, baselines, facts, known_hosts).tree


def refuse_reserved_groups(spec: ClusterSpec, roles: Sequence[Role]) -> None:
    if taken := reserved_groups(spec, roles):
        raise PodsysError(
            f"cluster.yaml: groups named {', '.join(taken)} would be taken for podsys's own",
            "choose other names for these groups",
        )


def all_traits(spec: ClusterSpec, facts: Mapping[str, NodeFacts]) -> dict[str, Traits]:
    return {name: traits_of(spec, node, facts.get(name)) for name, node in spec.nodes.items()}


def select_all(
    spec: ClusterSpec, settings: Sequence[Setting], traits: Mapping[str, Traits]
) -> dict[str, Selection]:
    """Nodes with equal traits share one selection, so a thousand nodes cost what one does."""
    known = {one: select_items(spec, one, settings) for one in dict.fromkeys(traits.values())}
    return {name: known[one] for name, one in traits.items()}


def lay_out(
    spec: ClusterSpec,
    roles: Sequence[Role],
    facts: Mapping[str, NodeFacts],
    selections: Mapping[str, Selection],
    locked: Mapping[str, LockedRelease],
) -> Layout:
    families, bundled = families_of(spec, facts), bundled_in(facts)
    members = {role.name: nodes_of(role, spec, families, locked, bundled) for role in roles}
    nccl = nccl_of(spec, members, facts)
    return Layout(
        roles=tuple(role for role in roles if members[role.name]),
        members=members,
        families=families,
        profiles=tuple(_profiles(selections)),
        views={
            name: view_node(name, node.address, nccl.get(name, ""))
            for name, node in spec.nodes.items()
        },
        locked={name: locked[name] for name in spec.nodes if name in locked},
        builds=_builds(spec, locked),
    )


def nccl_of(
    spec: ClusterSpec, members: Mapping[str, Sequence[str]], facts: Mapping[str, NodeFacts]
) -> dict[str, str]:
    """Lines of /etc/nccl.conf, by the nodes that get one."""
    nodes = members.get("nccl", ())
    return {node: nccl_lines(facts.get(node), spec.nodes[node].address) for node in nodes}


def _builds(spec: ClusterSpec, locked: Mapping[str, LockedRelease]) -> dict[str, tuple[Build, ...]]:
    """Equal nodes share them."""
    known = {id(one): find_builds(one, spec.packages) for one in locked.values()}
    found = {name: known[id(locked[name])] for name in spec.nodes if name in locked}
    return {name: builds for name, builds in found.items() if builds}


def _profiles(selections: Mapping[str, Selection]) -> list[Profile]:
    """Only settings that are made, not those that merely advise."""
    by_selection: dict[int, list[str]] = {}
    for name, selection in selections.items():
        by_selection.setdefault(id(selection), []).append(name)
    nodes_of: dict[tuple[Item, ...], list[str]] = {}
    for names in by_selection.values():
        made = tuple(item for item in selections[names[0]].items if not item.advisory)
        nodes_of.setdefault(made, []).extend(names)
    position = {name: number for number, name in enumerate(selections)}
    return [
        Profile(f"profile_{number}", tuple(sorted(nodes, key=position.__getitem__)), items)
        for number, (items, nodes) in enumerate(nodes_of.items(), 1)
    ]
