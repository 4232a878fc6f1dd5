"""Programs of podsys's own that checks send to nodes, read from beside the checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from podsys.core.launchers.sent_program import with_modules


def read_program(main: Path) -> str:
    """`main`, with the modules that it imports from its folder, or from one beside that.

    `from kernels_ptx import TEXT` is the text of the file kernels.ptx.
    """
    text = main.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    _collect(text, main.parent, found)
    return with_modules(text, found)


def _collect(text: str, folder: Path, found: dict[str, str]) -> None:
    """Each after those that it needs; what lies nowhere here is the node's own."""
    for name, wants_text in _find_imports(text):
        stem, _, suffix = name.rpartition("_") if wants_text else (name, "", "py")
        file = _find_file(folder, f"{stem}.{suffix}")
        if file and name not in found:
            content = file.read_text(encoding="utf-8")
            if not wants_text:
                _collect(content, folder, found)
            found[name] = f"TEXT = {content!r}" if wants_text else content


def _find_imports(text: str) -> Iterator[tuple[str, bool]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, [alias.name for alias in node.names] == ["TEXT"]


def _find_file(folder: Path, name: str) -> Path | None:
    near = [folder / name, *sorted(folder.parent.glob(f"*/{name}"))]
    return next((file for file in near if file.is_file()), None)
