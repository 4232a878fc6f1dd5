"""The site's mounts, from cluster.yaml, as items of the role settings."""

from __future__ import annotations

from collections.abc import Iterator

from podsys.model.item import Item
from podsys.model.spec import ClusterSpec, MountPoint


def mount_items(spec: ClusterSpec, groups: tuple[str, ...], role: str) -> Iterator[Item]:
    """Those for a node in these groups."""
    for path, mount in spec.mounts.items():
        if not mount.groups or set(mount.groups) & set(groups):
            yield Item(f"mount.{path}", role, "mount", path, mount_value(mount))


def mount_value(mount: MountPoint) -> str:
    """The form in which the kind mount reports what it found."""
    return f"{mount.source} {mount.fs} {','.join(mount.options) or 'defaults'}"
