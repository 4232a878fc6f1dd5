"""Which facts rules read of an earlier look and of other nodes: found in the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator

from podsys.core.rules import Tree

Path = tuple[str, ...]


def find_paths(tree: object, name: str) -> set[Path]:
    """Every path below `name` that a rule goes: `fleet.gpu.gpus[it.uuid].vbios`."""
    return set(_walk(tree, name))


def _walk(tree: object, name: str) -> Iterator[Path]:
    if not isinstance(tree, list):
        return
    path = _follow(tree, name)
    if path:
        yield path
        return
    for part in tree:
        yield from _walk(part, name)


def _follow(tree: Tree, name: str) -> Path | None:
    """None when the branch does not lead to `name`."""
    while tree and tree[0] == "option":
        tree = tree[1]
    if not tree or tree[0] not in ("name", "get", "item"):
        return None
    if tree[0] == "name":
        return () if tree[1] == name else None
    before = _follow(tree[1], name)
    if before is None:
        return None
    if tree[0] == "get":
        return (*before, tree[2])
    index = tree[2]
    return (*before, f"[{index[2]}]") if index[0] == "get" else (*before, str(index[1]))
