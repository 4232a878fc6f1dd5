"""The variables that Ansible gets: one file a group."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from podsys.core.pins import package_spec, wanted_packages
from podsys.core.release_roles import name_groups
from podsys.core.rendering import Layout, RenderTask
from podsys.core.role_items import hold_items, origin_item, own_items, repairs, restart_items
from podsys.model.build import Build
from podsys.model.openssh import parse_jump, pinned_name, proxy_command
from podsys.model.role import Family, Role, RoleFile
from podsys.model.spec import ClusterSpec, Ssh

# rendered/ finds its workspace from wherever it lies.
WORKSPACE = "{{ inventory_dir }}/../.."


def group_vars_plan(spec: ClusterSpec, layout: Layout) -> Iterator[RenderTask]:
    yield _task("all", "how the nodes are reached", connection_vars(spec.ssh))
    config = {"config": spec.ssh.config or "~/.ssh/config"}
    yield RenderTask("ssh_config.j2", "ssh_config", config)
    for family in sorted(set(layout.families.values())):
        yield _task(f"os_{family}", "what the probe saw", {"podsys_os_family": family})
    for role in layout.roles:
        state = role_states(role, layout, spec.packages.hold)
        if state and role.where != "release":
            yield _task(role.name, role.title, {f"{role.name}_state": state})
    for name, nodes in name_groups(layout.locked).items():
        content = release_states(layout, nodes[0], spec.packages.hold)
        yield _task(name, layout.locked[nodes[0]].release, content)
    for profile in layout.profiles:
        items = [item.as_request() for item in profile.items]
        yield _task(profile.name, "the settings of these nodes", {"podsys_settings": items})


def connection_vars(ssh: Ssh, workspace: str = WORKSPACE) -> dict[str, Any]:
    """ssh reads OpenSSH's config itself: only what cluster.yaml says is said to it."""
    variables: dict[str, Any] = {"ansible_user": ssh.user or "root"}
    if ssh.port:
        variables["ansible_port"] = ssh.port
    if ssh.key:
        variables["ansible_ssh_private_key_file"] = _key_path(ssh.key, workspace)
    if variables["ansible_user"] != "root":
        variables["ansible_become"] = True
    variables["ansible_ssh_common_args"] = " ".join(_ssh_options(ssh, workspace))
    return variables


def release_states(layout: Layout, node: str, hold: Sequence[str]) -> dict[str, Any]:
    """Roles that this node's release fills: nodes of one entry of the lock have the same."""
    filled = [
        layout.role_for(role, node)
        for role in layout.roles
        if role.where == "release" and node in layout.members[role.name]
    ]
    return {
        f"{role.name}_state": {
            family: role_state(role, family, hold) | _built_of(role, family, layout, node)
            for family in role.packages
        }
        for role in filled
    }


def _built_of(role: Role, family: Family, layout: Layout, node: str) -> dict[str, Any]:
    mine = [one for one in layout.builds.get(node, ()) if one.pin in role.packages[family]]
    return built_state(mine, WORKSPACE)


def built_state(builds: Sequence[Build], workspace: str) -> dict[str, Any]:
    """Files of packages that podsys built, and the items by which the node's apt knows of them."""
    if not builds:
        return {}
    files = [{"name": one.name, "file": f"{workspace}/packages/{one.file}"} for one in builds]
    return {"built": files, "origins": [origin_item(one).as_request() for one in builds]}


def role_states(role: Role, layout: Layout, hold: Sequence[str]) -> dict[Family, dict[str, Any]]:
    """By family, because names of packages, files and services differ there."""
    if not (role.files or role.packages or role.services or role.holds_packages or role.items):
        return {}
    present = {layout.families.get(name) for name in layout.members[role.name]}
    families = [f for f in role.families if f in present or None in present]
    return {family: role_state(role, family, hold) for family in families}


def role_state(role: Role, family: Family, hold: Sequence[str]) -> dict[str, Any]:
    files = [file for file in role.files if family in file.path]
    packages = wanted_packages(role, family, hold)
    last = [*restart_items(role, family), *hold_items(role, hold)]
    return {
        "repairs": [item.as_request() for item in (*own_items(role, family), *repairs(role))],
        "directories": sorted({str(PurePosixPath(f.path[family]).parent) for f in files}),
        "files": [_file(role, f, family) for f in files if f.kind == "file" and not f.per_node],
        "node_files": [_file(role, f, family) for f in files if f.kind == "file" and f.per_node],
        "blocks": [
            _file(role, f, family) | {"marker": f.marker} for f in files if f.kind == "file_block"
        ],
        "packages": [name for name, version in packages.items() if not version],
        "versions": [package_spec(*pin, family) for pin in packages.items() if pin[1]],
        "services": [
            {"name": service.name[family], "value": service.value}
            for service in role.services
            if family in service.name
        ],
        "settings": [item.as_request() for item in last],
    }


def _file(role: Role, file: RoleFile, family: Family) -> dict[str, str]:
    return {
        "path": file.path[family],
        "source": f"{role.name}/files/{file.source}",
        "mode": file.mode,
        "owner": file.owner,
        "group": file.group,
    }


def _task(group: str, note: str, content: dict[str, Any]) -> RenderTask:
    path = f"inventory/group_vars/{group}.yaml"
    return RenderTask("group_vars.yaml.j2", path, {"note": note, "content": content})


def _key_path(key: str, workspace: str) -> str:
    return key if key.startswith(("/", "~")) else f"{workspace}/{key}"


def _ssh_options(ssh: Ssh, workspace: str) -> Iterator[str]:
    yield shlex.join(_strict_words(workspace))
    # Whatever HostName the config gives, the key is the one that podsys pinned for this node.
    yield f"-o HostKeyAlias={pinned_name('{{ ansible_host }}', ssh.port)}"
    if ssh.key:
        yield "-o IdentitiesOnly=yes"
    if ssh.jump:
        hops = (replace(hop, user=hop.user or ssh.user or "root") for hop in parse_jump(ssh.jump))
        command = proxy_command(
            hops, lambda _: [*_strict_words(workspace), *_hop_words(ssh, workspace)]
        )
        yield f"-o {shlex.quote(f'ProxyCommand={command}')}"


def _strict_words(workspace: str) -> list[str]:
    """ssh_config includes OpenSSH's own files, and reaches bastions that only those name."""
    known_hosts = f'UserKnownHostsFile="{workspace}/known_hosts"'
    return [
        "-F",
        f"{workspace}/rendered/ssh_config",
        "-o",
        known_hosts,
        "-o",
        "StrictHostKeyChecking=yes",
    ]


def _hop_words(ssh: Ssh, workspace: str) -> list[str]:
    key = ["-i", _key_path(ssh.key, workspace), "-o", "IdentitiesOnly=yes"] if ssh.key else []
    return ["-o", "BatchMode=yes", *key]
