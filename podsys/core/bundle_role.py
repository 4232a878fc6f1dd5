"""The role that makes nodes use a bundle: what it wants follows from the file that is served."""

from __future__ import annotations

from collections.abc import Sequence

from podsys.model.bundle import Archive
from podsys.model.role import Role, RoleItem


def fill_bundle(roles: Sequence[Role], archive: Archive | None) -> list[Role]:
    """With where the packages are, and the key that vouches for them; other roles as they are."""
    if archive is None:
        return list(roles)
    item = RoleItem(
        kind="package_archive", key="apt", value=archive.url, params={"key": archive.key}
    )
    return [
        role.model_copy(update={"items": (item,)}) if role.where == "bundle" else role
        for role in roles
    ]
