"""The inventories of a run: made for the nodes that differ, and split among processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from podsys.core.group_vars import built_state, connection_vars
from podsys.model.spec import ClusterSpec
from podsys.model.todo import Todo

Own = Mapping[str, Mapping[str, str]]
# A process of Ansible takes a second of its own to start: fewer nodes are not worth one.
NODES_EACH = 16
# Nodes at work at once in one of them: more only take the CPU from each other. Measured on two
# cores with 32 nodes, 8 at once took 23 s and 32 at once 30 s.
FORKS_EACH = 8


def count_shards(nodes: int, cpus: int) -> int:
    """Each process keeps one CPU busy, whatever its number of nodes."""
    return max(1, min(cpus, nodes // NODES_EACH))


def split_nodes(nodes: Sequence[str], count: int) -> list[tuple[str, ...]]:
    """Neighbours go to different shards: they are often alike, also in being slow."""
    return [shard for shard in (tuple(nodes[first::count]) for first in range(count)) if shard]


def apply_inventory(
    spec: ClusterSpec, todos: Iterable[Todo], workspace: str, own: Own | None = None
) -> dict[str, Any]:
    """Only nodes with something to do, each with nothing but what it lacks.

    `own` are variables of single nodes.
    """
    children: dict[str, Any] = {}
    for number, todo in enumerate(todos, 1):
        hosts = _hosts(spec, todo.nodes, own or {})
        children[f"differ_{number}"] = {"hosts": hosts, "vars": _vars(todo, workspace)}
        for role in todo.own_roles:
            group = children.setdefault(f"todo_{role}", {"hosts": {}})
            group["hosts"] |= dict.fromkeys(todo.nodes)
    return _inventory(spec, children, workspace)


def _vars(todo: Todo, workspace: str) -> dict[str, Any]:
    packages = {"packages": list(todo.packages), "versions": list(todo.versions)}
    return {
        "podsys_os_family": todo.family,
        "podsys_first": list(todo.first),
        "podsys_packages": packages | built_state(todo.built, workspace),
        "podsys_items": list(todo.items),
    }


def _inventory(spec: ClusterSpec, children: Mapping[str, Any], workspace: str) -> dict[str, Any]:
    return {"all": {"vars": connection_vars(spec.ssh, workspace), "children": dict(children)}}


def _hosts(spec: ClusterSpec, nodes: Iterable[str], own: Own) -> dict[str, Any]:
    return {name: {"ansible_host": spec.nodes[name].address, **own.get(name, {})} for name in nodes}
