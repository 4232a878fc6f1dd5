"""podsys-node: podsys/node and what it judges with, as one executable zip file.

As in the probe's program, each module travels as bytecode for this machine's Python and as
source for all others. pynvml goes along whole, with its licence.
"""

from __future__ import annotations

import ast
import io
import json
import marshal
import zipfile
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import MAGIC_NUMBER, find_spec
from pathlib import Path
from typing import Any

from podsys.errors import PodsysError

PACKAGE = "podsys_node"
LIBRARIES = ("pynvml",)
# Isolated, and without site: nothing of the node's own Python set-up is wanted.
SHEBANG = b"#!/usr/bin/python3 -IS\n"
MAIN = "from podsys_node.alone.main import run\nrun()\n"
# A fixed date makes equal programs equal bytes.
DATE = (2020, 1, 1, 0, 0, 0)
# PEP 552: the flag says that bytecode goes by a hash which nobody checks, instead of by a date.
HEADER = MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)


def pack_node(judge: Mapping[str, Any]) -> bytes:
    """`judge` is what node/alone/main.py takes: faults, sections, nodes and so on."""
    buffer = io.BytesIO()
    buffer.write(SHEBANG)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "__main__.py", MAIN.encode())
        _add(archive, f"{PACKAGE}/judge.json", json.dumps(judge, sort_keys=True).encode())
        for name, source in _modules(resources.files("podsys") / "node", PACKAGE):
            _add_module(archive, name, source)
        for library in LIBRARIES:
            _add_module(archive, f"{library}.py", _read_library(library))
    return buffer.getvalue()


def _modules(folder: Traversable, name: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _modules(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{name}/{entry.name}", entry.read_text(encoding="utf-8")


def _read_library(name: str) -> str:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise PodsysError(f"the Python package {name} is missing", "install podsys again")
    return Path(spec.origin).read_text(encoding="utf-8")


def _add_module(archive: zipfile.ZipFile, name: str, source: str) -> None:
    code = compile(ast.parse(source), name, "exec", dont_inherit=True)
    _add(archive, name, source.encode())
    _add(archive, name + "c", HEADER + marshal.dumps(code))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
