"""Source without what only people and type checkers read: it costs every node its import."""

from __future__ import annotations

import ast
from types import CodeType

NO_LINE = 0xF8  # Objects/locations.md of CPython: first bit, the code for none, length less one


def strip(tree: ast.Module) -> ast.Module:
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
    generic = {"Callable", "Dict", "List", "Optional", "Sequence", "Set", "Tuple", "Union"}
    return (
        isinstance(value, ast.Subscript)
        and isinstance(value.value, ast.Name)
        and value.value.id in generic
    )


def without_lines(code: CodeType) -> CodeType:
    """Without the numbers of its lines, two fifths of what bytecode takes packed. Nobody sees a
    traceback of the probe: it tells what is wrong in words."""
    inner = (without_lines(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_linetable=_no_lines(len(code.co_code) // 2), co_consts=tuple(inner))


def _no_lines(units: int) -> bytes:
    """Entries of Python's table of locations that say `none`, each for eight instructions."""
    rest = bytes([NO_LINE + units % 8 - 1]) if units % 8 else b""
    return bytes([NO_LINE + 7]) * (units // 8) + rest
