"""Which template becomes which file of rendered/, with which data."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from podsys.core.release_roles import fill_role, name_groups
from podsys.core.roles import time_server_of
from podsys.model.baseline import Baseline
from podsys.model.build import Build
from podsys.model.item import Item
from podsys.model.lock import LockedRelease
from podsys.model.nodeset import fold
from podsys.model.role import Family, Role
from podsys.model.spec import ClusterSpec

# Groups of the inventory that podsys makes.
OWN_PREFIXES = ("profile_", "todo_", "os_", "release_")


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node as templates see it; `url_host` is fit to stand before a colon and a port, `nccl` are
    lines that follow from its hardware."""

    name: str
    address: str
    url_host: str
    is_ip: bool
    nccl: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """What Ansible knows of this node alone."""
        own = {"podsys_nccl": self.nccl} if self.nccl else {}
        return {"ansible_host": self.address, **own}


@dataclass(frozen=True, slots=True)
class Profile:
    """Nodes that get exactly the same settings."""

    name: str
    nodes: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Who belongs where. `roles` are those with nodes, in the order they are played; `builds` are
    the packages that podsys builds for a node, by node."""

    roles: tuple[Role, ...]
    members: Mapping[str, Sequence[str]]
    families: Mapping[str, Family]
    profiles: tuple[Profile, ...]
    views: Mapping[str, NodeView]
    locked: Mapping[str, LockedRelease] = field(default_factory=dict)
    builds: Mapping[str, tuple[Build, ...]] = field(default_factory=dict)

    def role_for(self, role: Role, node: str) -> Role:
        """As the node's release fills it."""
        return fill_role(role, self.locked.get(node), self.builds.get(node, ()))


@dataclass(frozen=True, slots=True)
class RenderTask:
    template: str
    path: str
    data: Mapping[str, Any]


# The same template gives the text podsys compares with and the one Ansible fills in.
ANSIBLE_NODE = NodeView(
    name="{{ inventory_hostname }}",
    address="{{ ansible_host }}",
    url_host="{{ '[' ~ ansible_host ~ ']' if ':' in ansible_host else ansible_host }}",
    is_ip=True,
    nccl="{{ podsys_nccl | default('') }}",
)


def view_node(name: str, address: str, nccl: str = "") -> NodeView:
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return NodeView(name, address, address, False, nccl)
    return NodeView(name, address, f"[{address}]" if version == 6 else address, True, nccl)


def role_data(
    spec: ClusterSpec,
    layout: Layout,
    baselines: Mapping[str, Baseline],
    known_hosts: Sequence[str],
) -> dict[str, Any]:
    """What the templates of roles may ask for, beside their own `data` and `node`."""
    views = layout.views
    own = time_server_of(spec)
    return {
        "cluster": spec.cluster,
        "nodes": list(views.values()),
        "members": {
            role: [views[name] for name in names] for role, names in layout.members.items()
        },
        "roles": {role.name: role for role in layout.roles},
        "baselines": baselines,
        "known_hosts": known_hosts,
        "own_server": views[own] if own else None,
        "time_servers": [views[own].address] if own else list(spec.time.servers),
        "server": views[spec.monitoring.server] if spec.monitoring.server else None,
    }


def render_plan(spec: ClusterSpec, layout: Layout, forks: int) -> Iterator[RenderTask]:
    """The wiring: everything of rendered/ that is neither a role nor a module."""
    views = list(layout.views.values())
    folded = {role.name: fold(layout.members[role.name]) for role in layout.roles}
    common = {"spec": spec, "nodes": views, "roles": layout.roles, "folded": folded}
    yield RenderTask("ansible.cfg.j2", "ansible.cfg", {"spec": spec, "forks": forks})
    yield RenderTask("README.md.j2", "README.md", common)
    groups = list(_groups(spec, layout))
    data = {"nodes": views, "groups": groups}
    yield RenderTask("inventory.yaml.j2", "inventory/hosts.yaml", data)
    yield RenderTask("site.yaml.j2", "playbooks/site.yaml", common)
    yield RenderTask("apply.yaml.j2", "playbooks/apply.yaml", common)
    for role in layout.roles:
        yield RenderTask("role.yaml.j2", f"playbooks/{role.name}.yaml", {"role": role})
        if not role.own_tasks:
            path = f"roles/{role.name}/tasks/main.yml"
            yield RenderTask("role_tasks.yaml.j2", path, {"role": role})


@lru_cache(maxsize=32)
def ansible_ranges(names: tuple[str, ...]) -> list[str]:
    """`n[001-004],n7` the way Ansible writes it: n[001:004], n7.

    Folding ten thousand names takes most of a second, and most roles have the same nodes.
    """
    from ClusterShell.NodeSet import NodeSet

    parts = NodeSet.fromlist(names).contiguous()
    return [re.sub(r"\[(\d+)-(\d+)\]", r"[\1:\2]", str(part)) for part in parts]


def reserved_groups(spec: ClusterSpec, roles: Iterable[Role]) -> list[str]:
    """Groups of cluster.yaml whose names podsys or Ansible need for themselves."""
    taken = {role.name for role in roles} | {"all", "ungrouped", "managed"}
    groups = {group for node in spec.nodes.values() for group in node.groups}
    return sorted(g for g in groups if g in taken or g.startswith(OWN_PREFIXES))


def _groups(spec: ClusterSpec, layout: Layout) -> Iterator[dict[str, Any]]:
    own = sorted({group for node in spec.nodes.values() for group in node.groups})
    for name in own:
        yield _group(name, [n for n, node in spec.nodes.items() if name in node.groups])
    for family in sorted(set(layout.families.values())):
        yield _group(f"os_{family}", [n for n in spec.nodes if layout.families.get(n) == family])
    for role in layout.roles:
        yield _group(role.name, layout.members[role.name], role.title)
    for name, nodes in name_groups(layout.locked).items():
        yield _group(name, nodes, layout.locked[nodes[0]].release)
    for profile in layout.profiles:
        yield _group(profile.name, profile.nodes, f"{len(profile.items)} settings each")


def _group(name: str, nodes: Sequence[str], note: str = "") -> dict[str, Any]:
    return {"name": name, "ranges": ansible_ranges(tuple(nodes)), "note": note}
