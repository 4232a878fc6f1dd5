"""From a plan to what Ansible does: of every role only the parts that differ, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from podsys.core.group_vars import role_state
from podsys.core.plan import needs_role
from podsys.core.rendering import Layout
from podsys.core.select import SETTINGS_ROLE
from podsys.model.item import Item
from podsys.model.plan import Change
from podsys.model.role import Family, Role
from podsys.model.todo import Todo

# Role, kind and key of an item that differs. Values are left out: a file that names its node
# has another one on each, and is written by the same task.
Difference = tuple[str, str, str]
State = dict[str, list[Any]]
FILES = ("files", "node_files", "blocks")
PARTS = ("repairs", "directories", *FILES, "packages", "services", "settings")
# Kinds that restart what runs with an older configuration come after everything else.
LAST = "service_config"


def find_todos(changes: Iterable[Change], layout: Layout, hold: Sequence[str]) -> list[Todo]:
    """One entry for all nodes that differ alike, in the order of their first node."""
    profile_of = {node: profile for profile in layout.profiles for node in profile.nodes}
    groups: dict[tuple[Family, str, frozenset[Difference]], list[str]] = {}
    for node, differences in _differences(changes).items():
        key = (layout.families[node], profile_of[node].name, frozenset(differences))
        groups.setdefault(key, []).append(node)
    items_of = {profile.name: profile.items for profile in layout.profiles}
    return [
        _todo(tuple(nodes), family, layout.roles, items_of[profile], differences, hold)
        for (family, profile, differences), nodes in groups.items()
    ]


def narrow(todos: Iterable[Todo], nodes: Iterable[str]) -> list[Todo]:
    """The same work, on some of the nodes only."""
    chosen = set(nodes)
    found = [replace(todo, nodes=tuple(n for n in todo.nodes if n in chosen)) for todo in todos]
    return [todo for todo in found if todo.nodes]


def _differences(changes: Iterable[Change]) -> dict[str, set[Difference]]:
    found: dict[str, set[Difference]] = {}
    for change in changes:
        if needs_role(change):
            item = change.item
            for node in change.nodes:
                found.setdefault(node, set()).add((item.role, item.kind, item.key))
    return found


def _todo(
    nodes: tuple[str, ...],
    family: Family,
    roles: Iterable[Role],
    settings: Iterable[Item],
    differences: frozenset[Difference],
    hold: Sequence[str],
) -> Todo:
    state: State = {part: [] for part in PARTS}
    own: list[str] = []
    for role in roles:
        mine = {(kind, key) for name, kind, key in differences if name == role.name}
        if role.name == SETTINGS_ROLE:
            _merge(state, {"settings": list(_settings(settings, mine))})
        elif mine and role.own_tasks:
            own.append(role.name)
        elif mine:
            _merge(state, _differing(role_state(role, family, hold), mine))
    state["settings"] = sorted(state["settings"], key=lambda item: bool(item["kind"] == LAST))
    return Todo(nodes, family, state, tuple(own))


def _settings(items: Iterable[Item], mine: set[tuple[str, str]]) -> Iterator[dict[str, object]]:
    """Whole kinds, because a kind writes its drop-in files whole."""
    kinds = {kind for kind, _ in mine}
    return (item.as_request() for item in items if item.kind in kinds)


def _differing(state: Mapping[str, list[Any]], mine: set[tuple[str, str]]) -> State:
    """New files and packages ask for their services too, which did not differ before."""
    kinds = {kind for kind, _ in mine}
    keys = {key for _, key in mine}
    found: State = {
        "repairs": list(state["repairs"]) if "package_database" in kinds else [],
        **{part: [f for f in state[part] if f["path"] in keys] for part in FILES},
        "packages": [name for name in state["packages"] if name in keys],
        "services": [],
    }
    folders = {f["path"].rpartition("/")[0] for part in FILES[:2] for f in found[part]}
    found["directories"] = [folder for folder in state["directories"] if folder in folders]
    follows = bool(kinds & {"file", "file_block", "package", "service"})
    found["services"] = list(state["services"]) if follows else []
    found["settings"] = [i for i in state["settings"] if follows or i["kind"] in kinds]
    return found


def _merge(into: State, more: Mapping[str, list[Any]]) -> None:
    for part, entries in more.items():
        into[part] += [entry for entry in entries if entry not in into[part]]
