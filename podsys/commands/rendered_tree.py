"""rendered/: Ansible, complete, as texts by path."""

from __future__ import annotations

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
    tree |= {f"module_utils/podsys_node/{path}": text for path, text in read_node_package().items()}
    return dict(sorted(tree.items()))
