"""--limit: node ranges and group names to node names."""

from __future__ import annotations

from podsys.core.document import nearest
from podsys.errors import PodsysError
from podsys.model.nodeset import expand
from podsys.model.spec import ClusterSpec


def limit_nodes(spec: ClusterSpec, pattern: str | None) -> list[str]:
    """All nodes without a pattern; an unknown name is an error, never an empty list."""
    if pattern is None:
        return list(spec.nodes)
    groups: dict[str, list[str]] = {}
    for name, node in spec.nodes.items():
        for group in node.groups:
            groups.setdefault(group, []).append(name)
    chosen: set[str] = set()
    for word in expand(pattern):
        if word not in spec.nodes and word not in groups:
            known = [*groups, *spec.nodes]
            raise PodsysError(f"--limit: no node or group {word}", nearest(word, known))
        chosen |= {word} if word in spec.nodes else set(groups[word])
    if not chosen:  # such as a variable of a shell script that is empty
        hint = "name nodes or groups, like n[001-032]; without --limit all nodes are taken"
        raise PodsysError(f"--limit: no node in {pattern!r}", hint)
    return [name for name in spec.nodes if name in chosen]
