"""A module of somebody else's with only those of its definitions that are used.

pynvml has two thousand of them, the probe needs some hundred: whole, it would be nearly as large
as all of podsys/node, and take a node longer to load than the GPUs to answer. What is kept is
kept as it is, with the licence on top.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def shake(tree: ast.Module, mentioned: Iterable[str]) -> ast.Module:
    """`tree` with what is mentioned and all that this needs in turn, in the order it had."""
    statements = {id(statement): set(_bound(statement)) for statement in tree.body}
    wanted, kept = set(mentioned), set()
    while True:
        new = [
            statement
            for statement in tree.body
            if id(statement) not in kept and _is_wanted(statements[id(statement)], wanted)
        ]
        if not new:
            break
        for statement in new:
            kept.add(id(statement))
            wanted |= set(_needed(statement))
    return ast.Module([s for s in tree.body if id(s) in kept], tree.type_ignores)


def _is_wanted(bound: set[str], wanted: set[str]) -> bool:
    """What binds no name, such as a call, was put there to be done. `NVML_ERROR_`, or any other
    beginning of names, stands for all of them."""
    if not bound or bound & wanted:
        return True
    return any(name.startswith(begin) for begin in _beginnings(wanted) for name in bound)


def _beginnings(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.endswith("_") and name.isidentifier() and len(name) > 4]


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement at the top of a module gives to the module; none for `import *`."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        names = [(alias.asname or alias.name).partition(".")[0] for alias in statement.names]
        yield from (name for name in names if name != "*")


def _needed(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _beginnings([node.value])
