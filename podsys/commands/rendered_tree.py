"""rendered/: Ansible, complete, as texts by path."""

from __future__ import annotations

from pathlib import PurePath

from podsys.commands.role_texts import RoleTexts
from podsys.core.group_vars import group_vars_plan
from podsys.core.rendering import Layout, render_plan
from podsys.effects.content import read_library, read_node_package, read_role_content
from podsys.effects.render import render
from podsys.model.spec import ClusterSpec

DEFAULT_FORKS = 32


def make_tree(spec: ClusterSpec, layout: Layout, texts: RoleTexts) -> dict[str, str]:
    forks = spec.rollout.forks or min(DEFAULT_FORKS, len(spec.nodes))
    tasks = [*render_plan(spec, layout, forks), *group_vars_plan(spec, layout)]
    tree = {task.path: render(task.template, **task.data) for task in tasks}
    for role in layout.roles:
        sources = {file.template: file.source for file in role.files}
        tree |= {f"roles/{role.name}/files/{sources[t]}": x for t, x in texts.of(role).items()}
        tree |= {f"roles/{path}": text for path, text in read_role_content(role.name).items()}
    tree |= {f"roles/{path}": text for path, text in read_role_content("managed").items()}
    tree |= {f"library/{name}": text for name, text in read_library().items()}
    tree |= {f"module_utils/podsys_node/{path}": text for path, text in _node_package().items()}
    return dict(sorted(tree.items()))


def _node_package() -> dict[str, str]:
    """Ansible ships only modules it sees imported, so every kind is imported once, by name."""
    package = read_node_package()
    kinds = sorted(path for path in package if path.startswith("kinds/") and "__init__" not in path)
    imports = [
        f"from ansible.module_utils.podsys_node.kinds import {PurePath(k).stem}" for k in kinds
    ]
    return package | {"kinds/all_kinds.py": "".join(f"{line}\n" for line in imports)}
