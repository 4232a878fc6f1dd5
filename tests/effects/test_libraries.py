"""What of pynvml travels: all that is used, as it is, and nothing else."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import subprocess
import sys
import types
from pathlib import Path

import pynvml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import podsys.node.accelerators
from podsys.effects.libraries import find_libraries, read_licence
from podsys.effects.shake import shake

FOLDER = Path(podsys.node.accelerators.__file__).parent
OWN = {f"podsys_node.accelerators.{file.stem}": file.read_text() for file in FOLDER.glob("*.py")}


@pytest.fixture(scope="module")
def source() -> str:
    [(name, is_package, text)] = find_libraries(OWN)
    assert (name, is_package) == ("pynvml", False)
    return text


@pytest.fixture(scope="module")
def part(source: str) -> types.ModuleType:
    module = types.ModuleType("pynvml_part")
    sys.modules["pynvml_part"] = module
    exec(compile(source, "pynvml_part", "exec"), module.__dict__)
    return module


def test_it_is_a_small_part_with_the_licence(source):
    whole = inspect.getsource(pynvml)
    assert len(source) < len(whole) / 10
    assert source.startswith(read_licence(whole))
    assert "Copyright (c)" in read_licence(whole)


def test_whatever_we_ask_of_it_is_there(part):
    """`nvml.X` in our sources: an attribute that pynvml must have, whole and as a part."""
    asked = {
        node.attr
        for text in OWN.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("nvml")
    }
    assert len(asked) > 40
    assert [name for name in asked if not hasattr(pynvml, name) or not hasattr(part, name)] == []


def test_what_is_there_is_as_it_was(part):
    names = [name for name in vars(part) if name.startswith("nvml") and callable(vars(part)[name])]
    assert "nvmlDeviceGetUUID" in names
    assert "nvmlDeviceSetPowerManagementLimit" not in names
    for name in names:
        mine, theirs = vars(part)[name], getattr(pynvml, name)
        if inspect.isfunction(mine):
            assert mine.__code__.co_code == theirs.__code__.co_code, name
            assert mine.__code__.co_names == theirs.__code__.co_names, name


def test_errors_have_their_classes_and_words(part):
    assert str(part.NVMLError(15)) == "GPU is lost"
    assert type(part.NVMLError(15)).__name__ == "NVMLError_GpuIsLost"
    assert part.NVML_ERROR_INSUFFICIENT_RESOURCES == 23


def test_the_oldest_python_can_read_it(source):
    ast.parse(source, feature_version=(3, 6))
    oldest = Path.home() / ".pyenv/versions/3.6.15/bin/python3"
    if oldest.exists():
        done = subprocess.run(
            [oldest, "-W", "error", "-c", source], capture_output=True, check=True
        )
        assert done.stderr == b""


LIBRARY = """\
# Copyright
# of somebody
import os, sys
from ctypes import *
A = 1
ERR_NO_ = 2
ERR_NO_C = A
ERR_NO_D = 3
def used(): return helper(A)
def helper(x): return dict(x=os)
def unused(): return sys
class Kept(unknown): y = ERR_NO_D
def start(): return [n for n in dir() if n.startswith("ERR_NO_")]
start()
"""


@pytest.mark.parametrize(
    ("mentioned", "left_out"),
    [({"used"}, {"def unused", "class Kept"}), ({"Kept"}, {"def used", "import os"})],
)
def test_shaking(mentioned, left_out):
    kept = ast.unparse(shake(ast.parse(LIBRARY), mentioned))
    assert [text for text in left_out if text in kept] == []
    for text in ("from ctypes import *", "start()", "ERR_NO_C = A", "ERR_NO_D = 3", "A = 1"):
        assert text in kept
    assert all(f"{text}" in kept for text in mentioned)


def test_a_licence_is_the_comment_on_top():
    assert read_licence(LIBRARY) == "# Copyright\n# of somebody\n"
    assert read_licence('"""Doc."""\n') == ""
    assert read_licence("# all") == "# all"


names = st.sampled_from(
    [name for name in dir(pynvml) if name.startswith(("nvml", "NVML", "c_nvml"))]
)


WHOLE = ast.parse(inspect.getsource(pynvml))


@settings(max_examples=20, deadline=None)
@given(st.sets(names, max_size=5))
def test_any_part_of_it_is_whole(mentioned):
    kept = shake(WHOLE, mentioned)
    module = types.ModuleType("pynvml_part")
    sys.modules["pynvml_part"] = module
    exec(compile(kept, "pynvml_part", "exec"), module.__dict__)
    assert [name for name in mentioned if not hasattr(module, name)] == []


def test_nothing_else_in_the_folder_takes_a_library():
    assert importlib.util.find_spec("pynvml") is not None
    others = {name: text for name, text in OWN.items() if "pci_10de" not in name}
    assert find_libraries(others) == []
