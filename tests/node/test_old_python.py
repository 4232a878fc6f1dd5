"""Nodes have python3 from 3.6 on."""

import ast
import sys
from pathlib import Path

import pytest

import podsys.node

NODE = Path(podsys.node.__file__).parent
LIBRARY = NODE.parent.parent / "playbooks" / "library"
FILES = [*sorted(NODE.rglob("*.py")), *sorted(LIBRARY.glob("*.py"))]
# Added to the standard library, or to calls of it, after 3.6.
TOO_NEW = {"capture_output", "text", "removeprefix", "removesuffix", "dirs_exist_ok", "missing_ok"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_syntax(file):
    ast.parse(file.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_calls_and_imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            names = {keyword.arg for keyword in node.keywords}
            if isinstance(node.func, ast.Attribute):
                names.add(node.func.attr)
            assert not names & TOO_NEW
        if isinstance(node, ast.ImportFrom) and node.level == 0 and file.is_relative_to(NODE):
            assert node.module.split(".")[0] in sys.stdlib_module_names
        if isinstance(node, ast.Import):
            for alias in node.names:
                assert alias.name.split(".")[0] in sys.stdlib_module_names
