"""The texts of the files that roles put on nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podsys.core.rendering import ANSIBLE_NODE, NodeView
from podsys.effects.render import render
from podsys.model.role import Role


class RoleTexts:
    """Files of roles, rendered once; those that name their node, once a node."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._shared: dict[str, dict[str, str]] = {}

    def of(self, role: Role) -> dict[str, str]:
        """By template name; files that name their node hold Ansible's expressions."""
        if role.name not in self._shared:
            self._shared[role.name] = self._render(role, ANSIBLE_NODE, only_per_node=False)
        return self._shared[role.name]

    def of_node(self, role: Role, node: NodeView) -> dict[str, str]:
        """Only files that name their node."""
        return self._render(role, node, only_per_node=True)

    def _render(self, role: Role, node: NodeView, *, only_per_node: bool) -> dict[str, str]:
        data = {**self._data, "data": role.data, "node": node}
        return {
            file.template: render(f"{role.name}/templates/{file.template}", **data)
            for file in role.files
            if file.per_node or not only_per_node
        }
