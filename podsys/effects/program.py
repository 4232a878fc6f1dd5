"""The probe's program: podsys/node as one zip file that any python3 from 3.6 on runs.

Compiling takes a node longer than reading all its settings. So each module travels twice: as
bytecode, which nodes with this machine's version of Python take, and as source for all others.
Python itself chooses: its importer passes over bytecode of another version.
"""

from __future__ import annotations

import ast
import io
import marshal
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import MAGIC_NUMBER

# A fixed date makes equal programs equal bytes.
DATE = (2020, 1, 1, 0, 0, 0)
# PEP 552: the flag says that bytecode goes by a hash which nobody checks, instead of by a date.
HEADER = MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)


@cache
def pack_program() -> bytes:
    """podsys/node as a zip whose only package is podsys_node."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in _modules(resources.files("podsys") / "node", "podsys_node"):
            tree = strip(ast.parse(source))
            code = compile(tree, name, "exec", dont_inherit=True, optimize=2)
            _add(archive, name, ast.unparse(tree).encode())
            _add(archive, name + "c", HEADER + marshal.dumps(code))
    return buffer.getvalue()


@cache
def list_sections() -> tuple[str, ...]:
    """Named to the probe, which would have to look for them in its zip file."""
    folder = resources.files("podsys") / "node" / "sections"
    names = (entry.name.removesuffix(".py") for entry in folder.iterdir())
    return tuple(sorted(name for name in names if name.isidentifier() and name[0] != "_"))


def strip(tree: ast.Module) -> ast.Module:
    """Without what only people and type checkers read: it costs every node its import."""
    _Strip().visit(tree)
    return ast.fix_missing_locations(tree)


class _Strip(ast.NodeTransformer):
    """Takes out docstrings, annotations, and everything made from the typing module."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self._without_docstring(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._without_docstring(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self._without_docstring(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module == "typing" else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """A name for a type stays a name, since other modules import it."""
        if _is_alias(node.value):
            node.value = ast.copy_location(ast.Constant(None), node.value)
        return self.generic_visit(node)

    def _without_docstring(self, node: ast.Module | ast.ClassDef | ast.FunctionDef) -> ast.AST:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node


def _is_alias(value: ast.expr) -> bool:
    """`Task = Tuple[str, ...]`: a type's name with its parts in brackets."""
    generic = {"Callable", "Dict", "List", "Optional", "Sequence", "Set", "Tuple"}
    return (
        isinstance(value, ast.Subscript)
        and isinstance(value.value, ast.Name)
        and value.value.id in generic
    )


def _modules(folder: Traversable, name: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _modules(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{name}/{entry.name}", entry.read_text(encoding="utf-8")


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
