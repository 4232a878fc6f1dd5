"""From cluster.yaml, catalog and facts to what nodes shall be, and to Ansible that makes it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from podsys.core.group_vars import group_vars_plan
from podsys.core.known_hosts import name_host_keys
from podsys.core.rendering import (
    ANSIBLE_NODE,
    Layout,
    NodeView,
    Profile,
    render_plan,
    reserved_groups,
    role_data,
    view_node,
)
from podsys.core.role_items import role_items
from podsys.core.roles import families_of, nodes_of, parse_roles
from podsys.core.select import Selection, select_items, traits_of
from podsys.effects.content import (
    read_library,
    read_node_package,
    read_role_content,
    read_role_texts,
)
from podsys.effects.render import render
from podsys.errors import PodsysError
from podsys.model.baseline import Baseline
from podsys.model.facts import NodeFacts
from podsys.model.item import Item
from podsys.model.role import Family, Role
from podsys.model.setting import Setting
from podsys.model.spec import ClusterSpec

DEFAULT_FORKS = 32


@dataclass(frozen=True, slots=True)
class Rendering:
    """`wanted` is everything that must hold, by node; `tree` is rendered/, by path."""

    wanted: Mapping[str, tuple[Item, ...]]
    skipped: Mapping[str, Mapping[str, str]]
    role_order: tuple[str, ...]
    layout: Layout
    texts: RoleTexts
    tree: Mapping[str, str]


def render_cluster(
    spec: ClusterSpec,
    settings: Sequence[Setting],
    baselines: Mapping[str, Baseline],
    facts: Mapping[str, NodeFacts],
    known_hosts: str,
) -> Rendering:
    """Selection, items of roles, and the whole tree: computed together, so they cannot differ."""
    roles = parse_roles(read_role_texts())
    refuse_reserved_groups(spec, roles)
    selections = select_all(spec, settings, facts)
    layout = lay_out(spec, roles, facts, selections)
    texts = RoleTexts(role_data(spec, layout, baselines, name_host_keys(known_hosts, spec)))
    return Rendering(
        wanted=wanted_items(spec, layout, selections, texts),
        skipped={
            name: {**selection.skipped, **_skipped_roles(name, roles, layout)}
            for name, selection in selections.items()
        },
        role_order=tuple(role.name for role in layout.roles),
        layout=layout,
        texts=texts,
        tree=dict(sorted(_tree(spec, layout, texts).items())),
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


def select_all(
    spec: ClusterSpec, settings: Sequence[Setting], facts: Mapping[str, NodeFacts]
) -> dict[str, Selection]:
    """Nodes with equal traits share one selection, so a thousand nodes cost what one does."""
    known: dict[Any, Selection] = {}
    selections: dict[str, Selection] = {}
    for name, node in spec.nodes.items():
        traits = traits_of(spec, node, facts.get(name))
        if traits not in known:
            known[traits] = select_items(spec, traits, settings)
        selections[name] = known[traits]
    return selections


def lay_out(
    spec: ClusterSpec,
    roles: Sequence[Role],
    facts: Mapping[str, NodeFacts],
    selections: Mapping[str, Selection],
) -> Layout:
    families = families_of(spec, facts)
    members = {role.name: nodes_of(role, spec, families) for role in roles}
    return Layout(
        roles=tuple(role for role in roles if members[role.name]),
        members=members,
        families=families,
        profiles=tuple(_profiles(selections)),
    )


class RoleTexts:
    """Files of roles, rendered once; those that name their node, once a node."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._shared: dict[str, dict[str, str]] = {}

    def of(self, role: Role, node: NodeView | None = None) -> dict[str, str]:
        """By template name. Without a node, files that name it hold Ansible's expressions."""
        if role.name not in self._shared:
            self._shared[role.name] = self._render(role, ANSIBLE_NODE, only_per_node=False)
        own = self._render(role, node, only_per_node=True) if node else {}
        return self._shared[role.name] | own

    def _render(self, role: Role, node: NodeView, *, only_per_node: bool) -> dict[str, str]:
        data = {**self._data, "data": role.data, "node": node}
        return {
            file.template: render(f"{role.name}/templates/{file.template}", **data)
            for file in role.files
            if file.per_node or not only_per_node
        }


def wanted_items(
    spec: ClusterSpec, layout: Layout, selections: Mapping[str, Selection], texts: RoleTexts
) -> dict[str, tuple[Item, ...]]:
    """A node whose family is not known yet wants its settings; its roles wait for the probe."""
    members = {role.name: set(layout.members[role.name]) for role in layout.roles}
    shared: dict[tuple[str, Family], list[Item]] = {}
    wanted: dict[str, tuple[Item, ...]] = {}
    for name, node in spec.nodes.items():
        items = list(selections[name].items)
        family = layout.families.get(name)
        for role in (r for r in layout.roles if family and name in members[r.name]):
            assert family
            key = (role.name, family)
            if any(file.per_node for file in role.files):
                text = texts.of(role, view_node(name, node.address))
                items += role_items(role, family, text, spec.packages.hold)
            else:
                if key not in shared:
                    shared[key] = role_items(role, family, texts.of(role), spec.packages.hold)
                items += shared[key]
        wanted[name] = tuple(items)
    return wanted


def _profiles(selections: Mapping[str, Selection]) -> list[Profile]:
    """Only settings that are made, not those that merely advise."""
    nodes_of: dict[tuple[Item, ...], list[str]] = {}
    made: dict[int, tuple[Item, ...]] = {}
    for name, selection in selections.items():
        key = id(selection)
        if key not in made:
            made[key] = tuple(item for item in selection.items if not item.advisory)
        nodes_of.setdefault(made[key], []).append(name)
    return [
        Profile(f"profile_{number}", tuple(nodes), items)
        for number, (items, nodes) in enumerate(nodes_of.items(), 1)
    ]


def _skipped_roles(name: str, roles: Sequence[Role], layout: Layout) -> dict[str, str]:
    family = layout.families.get(name)
    return {
        role.name: f"role {role.name} has no packages for {family} systems"
        for role in roles
        if family and family not in role.families and role.where == "all"
    }


def _tree(spec: ClusterSpec, layout: Layout, texts: RoleTexts) -> dict[str, str]:
    forks = spec.rollout.forks or min(DEFAULT_FORKS, len(spec.nodes))
    tasks = [*render_plan(spec, layout, forks), *group_vars_plan(spec, layout)]
    tree = {task.path: render(task.template, **task.data) for task in tasks}
    for role in layout.roles:
        sources = {file.template: file.source for file in role.files}
        tree |= {f"roles/{role.name}/files/{sources[t]}": x for t, x in texts.of(role).items()}
        tree |= {f"roles/{path}": text for path, text in read_role_content(role.name).items()}
    tree |= {f"roles/{path}": text for path, text in read_role_content("managed").items()}
    tree |= {f"library/{name}": text for name, text in read_library().items()}
    return tree | {f"module_utils/podsys_node/{p}": text for p, text in read_node_package().items()}
