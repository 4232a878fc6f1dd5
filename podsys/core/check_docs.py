"""Active checks as their files describe them, read without running any."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckDoc:
    id: str
    what: str
    level: int
    suite: str
    remedy: str


def read_check_docs(texts: Mapping[str, str]) -> list[CheckDoc]:
    """`texts`: file name -> Python source with functions marked @pytest.mark.check(...)."""
    return [doc for text in texts.values() for doc in _read(ast.parse(text))]


def _read(module: ast.Module) -> Iterator[CheckDoc]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.check":
                    yield _describe(mark, ast.get_docstring(node) or ast.get_docstring(module))


def _describe(mark: ast.Call, doc: str | None) -> CheckDoc:
    said = {
        word.arg: word.value.value for word in mark.keywords if isinstance(word.value, ast.Constant)
    }
    return CheckDoc(
        id=str(said.get("id", "")),
        what=" ".join((doc or "").split()),
        level=int(str(said.get("level", 1))),
        suite=str(said.get("suite", "")),
        remedy=str(said.get("remedy", "")),
    )
