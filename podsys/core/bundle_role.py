"""The role that makes nodes use a bundle: what it wants follows from the file that is served."""

from __future__ import annotations

from collections.abc import Sequence

from podsys.model.bundle import Archive
from podsys.model.role import Role


def fill_bundle(roles: Sequence[Role], archive: Archive | None) -> list[Role]:
    """With where the packages are, and the key that vouches for them; other roles as they are."""
    if archive is None:
        return list(roles)
    update = {"value": archive.url, "params": {"key": archive.key}}
    return [
        role.model_copy(update={"items": tuple(i.model_copy(update=update) for i in role.items)})
        if role.where == "bundle"
        else role
        for role in roles
    ]
