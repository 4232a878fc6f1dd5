"""What every node wants: its settings, and what its roles manage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from podsys.commands.role_texts import RoleTexts
from podsys.core.release_roles import why_without
from podsys.core.rendering import Layout, NodeView
from podsys.core.role_items import node_items, role_items
from podsys.core.select import Selection
from podsys.model.item import Item
from podsys.model.role import Family, Role
from podsys.model.spec import ClusterSpec


def wanted_items(
    spec: ClusterSpec, layout: Layout, selections: Mapping[str, Selection], texts: RoleTexts
) -> dict[str, tuple[Item, ...]]:
    """A node whose family is not known yet wants its settings; its roles wait for the probe.

    Nodes with equal settings, family and roles share one computation, and all items but
    those of files that name their node.
    """
    members = {role.name: set(layout.members[role.name]) for role in layout.roles}
    shared: dict[Any, tuple[Item, ...]] = {}
    wanted: dict[str, tuple[Item, ...]] = {}
    for name in spec.nodes:
        family = layout.families.get(name)
        roles = [role for role in layout.roles if family and name in members[role.name]]
        release = id(layout.locked.get(name))
        key = (id(selections[name]), family, release, *(role.name for role in roles))
        if key not in shared:
            filled = [layout.role_for(role, name) for role in roles]
            of_roles = _shared_items(filled, family, texts, spec.packages.hold)
            shared[key] = (*selections[name].items, *of_roles)
        own = _own_items(roles, family, texts, layout.views[name])
        wanted[name] = _put_in(shared[key], own)
    return wanted


def _shared_items(
    roles: Iterable[Role], family: Family | None, texts: RoleTexts, hold: Sequence[str]
) -> Iterator[Item]:
    for role in roles:
        if family:
            yield from role_items(role, family, texts.of(role), hold)


def _own_items(
    roles: Iterable[Role], family: Family | None, texts: RoleTexts, node: NodeView
) -> dict[str, Item]:
    return {
        item.id: item
        for role in roles
        if family and any(file.per_node for file in role.files)
        for item in node_items(role, family, texts.of_node(role, node))
    }


def _put_in(shared: tuple[Item, ...], own: Mapping[str, Item]) -> tuple[Item, ...]:
    return tuple(own.get(item.id, item) for item in shared) if own else shared


def all_skipped(
    roles: Sequence[Role], layout: Layout, selections: Mapping[str, Selection]
) -> dict[str, Mapping[str, str]]:
    """By node, what does not apply there and why; equal nodes share it."""
    shared: dict[Any, Mapping[str, str]] = {}
    skipped: dict[str, Mapping[str, str]] = {}
    for name, selection in selections.items():
        family = layout.families.get(name)
        locked = layout.locked.get(name)
        key = (id(selection), family, id(locked))
        if key not in shared:
            without = {f"role {r.name}": why_without(r, locked) for r in roles if locked}
            of_release = {role: reason for role, reason in without.items() if reason}
            shared[key] = {**selection.skipped, **_skipped_roles(roles, family), **of_release}
        skipped[name] = shared[key]
    return skipped


def _skipped_roles(roles: Iterable[Role], family: Family | None) -> dict[str, str]:
    return {
        role.name: f"role {role.name} has no packages for {family} systems"
        for role in roles
        if family and family not in role.families and role.where == "all"
    }
