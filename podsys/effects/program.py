"""The probe's program: podsys/node in a form that any python3 from 3.6 on runs at once.

Compiling takes a node longer than reading all its settings, and Python's importer for zip files
unpacks every module twice. So the modules travel as two dictionaries, one of bytecode, which
nodes with this machine's version of Python take, and one of source for all others; the loader,
which goes before them, imports out of the one that fits and does not read the other.
"""

from __future__ import annotations

import ast
import marshal
import zlib
from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import MAGIC_NUMBER
from typing import Any, NamedTuple

from podsys.effects.cache import keep
from podsys.effects.libraries import LIBRARY_SECTION, find_libraries, read_licence
from podsys.effects.strip import strip, without_lines

# The form of marshal that every Python 3 reads.
FORM = 2
PACKAGE = "podsys_node"
# What judges by itself on a node (effects/node_program.py) has no part in the probe.
LEFT_OUT = ("__pycache__", "alone", "diagnose", "rules")
# Folders that travel with the questions about them alone: a probe is asked often, these seldom.
ON_DEMAND = ("indexes",)

# Runs on the node. Nothing is written there, so nothing can be left behind.
LOADER = """\
import gc, marshal, sys, zlib
gc.disable()
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER
class Program:
    def __init__(self, modules):
        self.modules = modules
    def find_spec(self, name, path=None, target=None):
        if name in self.modules:
            return ModuleSpec(name, self, is_package=self.modules[name][0])
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        code = self.modules[module.__name__][1]
        exec(marshal.loads(code) if is_ours else code, module.__dict__)
stdin = sys.stdin.buffer
magic, what, *sizes = stdin.readline().split()
request, code, source = map(int, sizes)
request = marshal.loads(stdin.read(request))
is_ours = magic.decode() == MAGIC_NUMBER.hex()
program = stdin.read(code)
if not is_ours:
    program = stdin.read(source)
sys.meta_path.insert(0, Program(marshal.loads(zlib.decompress(program))))
what = "podsys_node." + what.decode()
__import__(what)
sys.modules[what].run(request)
"""


# Isolated, and without site: nothing of the node's own Python set-up is wanted or waited for.
PYTHON = "python3 -IS"


def as_command(python: str) -> str:
    """The loader as digits, because no shell finds anything in them to take for its own."""
    return f"{python} -c 'exec(bytes.fromhex(\"{LOADER.encode().hex()}\"))'"


class Program(NamedTuple):
    """The same modules twice, packed."""

    code: bytes
    source: bytes

    def ask(self, request: dict[str, Any], what: str = "probe") -> bytes:
        """What the loader reads from its standard input: `what` is the module that answers."""
        asked = marshal.dumps(request, FORM)
        head = f"{MAGIC_NUMBER.hex()} {what} {len(asked)} {len(self.code)} {len(self.source)}\n"
        return head.encode() + asked + self.code + self.source


@cache
def pack_program(sections: tuple[str, ...] = (), folders: tuple[str, ...] = ()) -> Program:
    """podsys/node as the package podsys_node, with the libraries that these sections need, and
    those of the folders ON_DEMAND that are named."""
    left_out = {*LEFT_OUT, *ON_DEMAND}.difference(folders)
    modules = list(_modules(resources.files("podsys") / "node", PACKAGE, left_out))
    if LIBRARY_SECTION in sections:
        modules += find_libraries({name: text for name, _, text in modules})
    made_from = marshal.dumps((MAGIC_NUMBER, _read_own(), modules), FORM)
    head, _, both = keep("program", made_from, lambda: _pack_both(modules)).partition(b"\n")
    return Program(both[: int(head)], both[int(head) :])


def _read_own() -> list[str]:
    """What makes the program of the modules."""
    folder = resources.files("podsys.effects")
    return [(folder / f"{name}.py").read_text(encoding="utf-8") for name in ("program", "strip")]


def _pack_both(modules: list[tuple[str, bool, str]]) -> bytes:
    sources, codes = {}, {}
    for name, is_package, text in modules:
        tree = strip(ast.parse(text))
        compiled = compile(tree, name, "exec", dont_inherit=True, optimize=2)
        sources[name] = is_package, (read_licence(text) + ast.unparse(tree)).encode()
        codes[name] = is_package, marshal.dumps(without_lines(compiled))
    code, source = _pack(codes), _pack(sources)
    return b"%d\n" % len(code) + code + source


def _pack(modules: dict[str, Any]) -> bytes:
    return zlib.compress(marshal.dumps(modules, FORM), 9)


@cache
def list_sections() -> tuple[str, ...]:
    """Named to the probe, which would have to look for them in its zip file."""
    folder = resources.files("podsys") / "node" / "sections"
    names = (entry.name.removesuffix(".py") for entry in folder.iterdir())
    return tuple(sorted(name for name in names if name.isidentifier() and name[0] != "_"))


def _modules(
    folder: Traversable, name: str, left_out: Collection[str]
) -> Iterator[tuple[str, bool, str]]:
    """Name, whether it is a package, and source of each."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name not in left_out:
            yield from _modules(entry, f"{name}.{entry.name}", left_out)
        elif entry.name == "__init__.py":
            yield name, True, entry.read_text(encoding="utf-8")
        elif entry.name.endswith(".py"):
            yield f"{name}.{entry.name[:-3]}", False, entry.read_text(encoding="utf-8")
