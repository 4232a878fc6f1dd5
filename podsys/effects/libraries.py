"""Modules of others that a section of the probe takes along to the nodes.

`LIBRARY` of a module in podsys/node/accelerators names one: it must be a single file of Python,
installed here as a dependency, that every Python from 3.6 on runs. Only what that folder mentions
of it travels.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from podsys.effects.shake import shake

LIBRARY_SECTION = "gpu"
FOLDER = "podsys_node.accelerators."


def find_libraries(modules: Mapping[str, str]) -> list[tuple[str, bool, str]]:
    """As further modules: name, whether it is a package, and source. `modules`: source by name."""
    own = {name: text for name, text in modules.items() if name.startswith(FOLDER)}
    names = {name for text in own.values() if (name := _library_of(text))}
    mentioned = find_mentioned(own.values())
    return [(name, False, _read_part(name, mentioned)) for name in sorted(names)]


def find_mentioned(sources: Iterable[str]) -> set[str]:
    """Names that these sources may take from a module: attributes, and texts that are names."""
    mentioned: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute):
                mentioned.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                mentioned.add(node.value)
    return mentioned


def _library_of(source: str) -> str:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LIBRARY":
            return str(ast.literal_eval(node.value))
    return ""


def _read_part(name: str, mentioned: Iterable[str]) -> str:
    """The source in which a name was found is a file: podsys depends on its package."""
    spec = find_spec(name)
    source = Path(str(spec and spec.origin)).read_text(encoding="utf-8")
    return read_licence(source) + ast.unparse(shake(ast.parse(source), mentioned))


def read_licence(source: str) -> str:
    """The comment on top of a file."""
    lines = source.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(lines[:end])
