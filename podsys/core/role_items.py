"""What a role manages, as items that the probe can compare without Ansible."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from podsys.core.pins import package_value, split_pin, wanted_packages
from podsys.model.build import Build
from podsys.model.item import Item
from podsys.model.role import Family, Role, RoleFile


def role_items(
    role: Role, family: Family, rendered_files: Mapping[str, str], hold: Sequence[str] = ()
) -> list[Item]:
    """`rendered_files` from template name to text, as it shall stand on the node."""
    return [
        *_repair_items(role),
        *own_items(role, family),
        *_file_items(role, family, rendered_files, role.files),
        *_package_items(role, family, hold),
        *_service_items(role, family),
        *(hold_items(role, hold)),
        *_module_items(role),
        *_kernel_items(role),
    ]


def node_items(role: Role, family: Family, rendered_files: Mapping[str, str]) -> list[Item]:
    """Only what names its node: of all that a role manages, this alone differs by node."""
    own = [file for file in role.files if file.per_node]
    return list(_file_items(role, family, rendered_files, own))


def repairs(role: Role) -> list[Item]:
    return list(_repair_items(role))


def own_items(role: Role, family: Family) -> list[Item]:
    """Those that the role names as they are."""
    named = [one for one in role.items if family in one.families]
    return [_item(role, one.kind, one.key, one.value, one.params) for one in named]


def hold_items(role: Role, hold: Sequence[str]) -> list[Item]:
    """What cluster.yaml holds, and all packages of a release: they move as one set."""
    names = [split_pin(one)[0] for one in hold] if role.holds_packages else []
    if role.where == "release":
        names += [split_pin(one)[0] for pins in role.packages.values() for one in pins]
    return [_item(role, "package_hold", name, "held") for name in names]


def origin_item(build: Build) -> Item:
    """Beside its package: the node's apt finds it in a folder of the node itself."""
    id_ = f"package_origin.{build.name}"
    return Item(id_, "", "package_origin", build.name, package_value(build.version))


def restart_items(role: Role, family: Family) -> list[Item]:
    """A service that runs with an older configuration than the one on disk is not done."""
    items: list[Item] = []
    for service in role.services:
        paths = [
            f.path[family] for f in role.files if f.template in service.reads and family in f.path
        ]
        if paths and service.value == "running" and family in service.name:
            params = {"files": " ".join(paths)}
            items.append(_item(role, "service_config", service.name[family], "current", params))
    return items


def file_value(file: RoleFile, text: str) -> str:
    """The form in which the kinds file and file_block report what they found."""
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return (
        digest if file.kind == "file_block" else f"{digest} {file.mode} {file.owner}:{file.group}"
    )


def _repair_items(role: Role) -> Iterator[Item]:
    if role.repairs_packages:
        yield _item(role, "package_database", "packages", "clean")


def _file_items(
    role: Role, family: Family, rendered: Mapping[str, str], files: Iterable[RoleFile]
) -> Iterator[Item]:
    for file in files:
        if family in file.path:
            params = {"marker": file.marker} if file.kind == "file_block" else {}
            value = file_value(file, rendered[file.template])
            yield _item(role, file.kind, file.path[family], value, params)


def _package_items(role: Role, family: Family, hold: Sequence[str]) -> Iterator[Item]:
    for name, version in wanted_packages(role, family, hold).items():
        yield _item(role, "package", name, package_value(version))


def _module_items(role: Role) -> Iterator[Item]:
    """A module in the kernel that is older than the one on disk waits for a reboot."""
    for module, version in role.module_versions.items():
        params = {"maker": str(role.data["maker"]), **role.module_params}
        item = _item(role, "module_version", module, version, params)
        yield replace(item, reboot=True)


def _kernel_items(role: Role) -> Iterator[Item]:
    """Another kernel beside it may be installed; this one boots."""
    if role.boot_kernel:
        yield replace(_item(role, "boot_kernel", "release", role.boot_kernel), reboot=True)


def _service_items(role: Role, family: Family) -> Iterator[Item]:
    for service in role.services:
        if family in service.name:
            yield _item(role, "service", service.name[family], service.value)
    yield from restart_items(role, family)


def _item(
    role: Role, kind: str, key: str, value: str, params: Mapping[str, str] | None = None
) -> Item:
    return Item(f"{role.name}.{kind}.{key}", role.name, kind, key, value, params=dict(params or {}))
