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
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import MAGIC_NUMBER, find_spec
from pathlib import Path

from podsys.effects.shake import find_mentioned, read_licence, shake
from podsys.effects.strip import strip

# A fixed date makes equal programs equal bytes.
DATE = (2020, 1, 1, 0, 0, 0)
# PEP 552: the flag says that bytecode goes by a hash which nobody checks, instead of by a date.
HEADER = MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
PACKAGE = "podsys_node"
SECTIONS = "sections/"


@cache
def pack_program(sections: tuple[str, ...] | None = None) -> bytes:
    """podsys/node as a zip whose only package is podsys_node, beside libraries that it needs.

    Of the sections only those named, all without names, and nothing that only others need.
    """
    modules = _choose(_read_modules(), list_sections() if sections is None else sections)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, source in modules.items():
            _add_module(archive, f"{PACKAGE}/{path}", ast.parse(source))
        for library, mentioned in _find_libraries(modules).items():
            source = _read_library(library)
            tree = shake(ast.parse(source), mentioned)
            _add_module(archive, f"{library}.py", tree, read_licence(source))
    return buffer.getvalue()


@cache
def list_sections() -> tuple[str, ...]:
    """Named to the probe, which would have to look for them in its zip file."""
    names = (path.removeprefix(SECTIONS).removesuffix(".py") for path in _list_paths(SECTIONS))
    return tuple(sorted(name for name in names if name[0] != "_"))


def _list_paths(folder: str) -> list[str]:
    return [path for path in _read_modules() if path.startswith(folder)]


@cache
def _read_modules() -> dict[str, str]:
    """Path below podsys/node -> source."""
    return dict(_modules(resources.files("podsys") / "node", ""))


def _modules(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _modules(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield path + entry.name, entry.read_text(encoding="utf-8")


def _choose(modules: Mapping[str, str], sections: tuple[str, ...]) -> dict[str, str]:
    """Modules that the probe can come to import; a package comes whole, but for sections."""
    others = {path for path in modules if path.startswith(SECTIONS) and "__init__" not in path}
    others -= {f"{SECTIONS}{name}.py" for name in sections}
    found: set[str] = set()
    waiting = ["__init__.py", "probe.py", *_list_paths("kinds/")]
    waiting += [f"{SECTIONS}{name}.py" for name in sections]
    while waiting:
        path = waiting.pop()
        if path in modules and path not in found | others:
            found.add(path)
            waiting += _find_imports(path, modules)
    return {path: source for path, source in modules.items() if path in found}


def _find_imports(path: str, modules: Mapping[str, str]) -> Iterator[str]:
    """Paths that the relative imports of a module may mean."""
    for node in ast.walk(ast.parse(modules[path])):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = path.split("/")[: -node.level]
            parts += node.module.split(".") if node.module else []
            base = "/".join(parts)
            yield f"{base}.py"
            folder = f"{base}/" if base else ""
            if f"{folder}__init__.py" in modules and folder:
                yield from _list_paths(folder)
            yield from (f"{folder}{alias.name}.py" for alias in node.names)


def _find_libraries(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """LIBRARY of a module names what is taken along: with what its package mentions of it."""
    found = {}
    for path, source in modules.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LIBRARY":
                folder = path.rpartition("/")[0] + "/"
                around = [text for other, text in modules.items() if other.startswith(folder)]
                found[str(ast.literal_eval(node.value))] = find_mentioned(around)
    return found


def _read_library(name: str) -> str:
    spec = find_spec(name)
    assert spec is not None and spec.origin is not None, f"{name} is among podsys's dependencies"
    return Path(spec.origin).read_text(encoding="utf-8")


def _add_module(archive: zipfile.ZipFile, name: str, tree: ast.Module, licence: str = "") -> None:
    tree = strip(tree)
    code = compile(tree, name, "exec", dont_inherit=True, optimize=2)
    _add(archive, name, (licence + ast.unparse(tree)).encode())
    _add(archive, name + "c", HEADER + marshal.dumps(code))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
