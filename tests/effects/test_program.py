"""The program that travels: any python3 from 3.6 on runs it, and its own bytecode where it can."""

from __future__ import annotations

import json
import marshal
import subprocess
import sys
import traceback
import zlib
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from podsys.effects.probe import PROTOCOL
from podsys.effects.program import LOADER, ON_DEMAND, Program, list_sections, pack_program
from podsys.effects.strip import without_lines
from podsys.node.sections import find_sections

MAGIC = MAGIC_NUMBER.hex().encode()
PYENV = ".pyenv/versions/3.*/bin/python3"


def pythons() -> list[str]:
    others = [Path("/usr/bin/python3"), *Path.home().glob(PYENV)]
    return sorted({sys.executable, *(str(python) for python in others if python.exists())})


def ask(python: str, program: Program, request: dict, cwd: Path) -> dict:
    done = subprocess.run(
        [python, "-IS", "-c", LOADER],
        input=program.ask(request),
        capture_output=True,
        cwd=cwd,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    return json.loads(done.stdout)


@pytest.mark.parametrize("python", pythons())
def test_every_python_runs_it_and_nothing_is_left(python, tmp_path):
    item = {"id": "a", "kind": "sysctl", "key": "kernel.ostype", "value": "Linux", "params": {}}
    params = {"kernel_log": {"since_s": 60}}
    request = {"items": [item], "sections": list_sections(), "params": params, "limit_s": 20}
    found = ask(python, pack_program(list_sections()), request, tmp_path)
    assert found["podsys_probe"] == PROTOCOL
    assert set(found["sections"]) == set(find_sections())
    assert found["sections"]["memory"]["data"]["total_kb"] > 0
    assert found["readings"]["a"]["live"] == "Linux"
    assert list(tmp_path.iterdir()) == []


def test_what_is_seldom_asked_travels_with_its_question_alone():
    probe, question = (
        set(marshal.loads(zlib.decompress(program.code)))
        for program in (pack_program(), pack_program(folders=ON_DEMAND))
    )
    assert "podsys_node.indexes.resolve" in question
    assert {name for name in question - probe if ".indexes" not in name} == set()
    assert not any(".indexes" in name for name in probe)


def test_the_same_answer_from_bytecode_and_from_source(tmp_path):
    request = {"items": [], "sections": ["cpu"], "limit_s": 20}
    whole = pack_program()
    only_source = Program(b"", whole.source)
    asked = whole.ask(request), only_source.ask(request).replace(MAGIC, b"00", 1)
    answers = [run_loader(each, tmp_path)["sections"]["cpu"]["data"] for each in asked]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("form", ["code", "source"])
def test_every_module_is_whole_without_its_types(form, tmp_path):
    program = pack_program(("gpu",))
    names = list(marshal.loads(zlib.decompress(getattr(program, form))))
    assert {"podsys_node.kinds.sysctl", "podsys_node.sections.pci", "pynvml"} <= set(names)
    asked = program.ask({})
    if form == "source":
        asked = asked.replace(MAGIC, b"00", 1)
    loader = LOADER.replace(
        "sys.modules[what].run(request)", "\n".join(f"import {name}" for name in names)
    )
    assert run_loader(asked, tmp_path, loader) is None


def test_what_is_slow_to_load_is_not_loaded_where_there_is_no_need(tmp_path):
    """Kinds and sections of a plain node; each of these modules takes milliseconds of it."""
    names = [
        name for name in marshal.loads(zlib.decompress(pack_program().code)) if is_common(name)
    ]
    slow = ["re", "json", "enum", "collections", "functools", "subprocess", "socket", "tempfile"]
    load = "\n".join(f"import {name}" for name in names)
    end = "import json\nprint(json.dumps(loaded))\n"
    check = f"loaded = [name for name in {slow} if name in sys.modules]\n"
    loader = LOADER.replace("sys.modules[what].run(request)", f"{load}\n{check}{end}")
    assert run_loader(pack_program().ask({}), tmp_path, loader) == []


def is_common(name: str) -> bool:
    parts = ("kinds.", "sections.", "probe", "reading")
    return name.startswith(tuple(f"podsys_node.{part}" for part in parts))


def test_a_library_travels_only_with_the_section_that_needs_it():
    programs = [pack_program(sections) for sections in ((), ("pci", "cpu"), ("gpu", "cpu"))]
    plain, without, with_it = (set(marshal.loads(zlib.decompress(p.code))) for p in programs)
    assert plain == without == with_it - {"pynvml"}
    assert "pynvml" in with_it
    assert len(programs[2].code) < 1.15 * len(programs[0].code)


def test_bytecode_without_lines_still_has_tracebacks():
    source = "def f(x):\n    try:\n        return [1 / n for n in x]\n    finally:\n        x = 1\n"
    names: dict = {}
    exec(without_lines(compile(source, "m", "exec")), names)
    assert names["f"]([1, 2]) == [1, 0.5]
    try:
        names["f"]([0])
    except ZeroDivisionError:
        said = traceback.format_exc()
    assert "ZeroDivisionError" in said
    assert 'File "m", line None, in f' in said


def run_loader(stdin: bytes, cwd: Path, loader: str = LOADER) -> object:
    done = subprocess.run(
        [sys.executable, "-IS", "-c", loader],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout) if done.stdout else None


def test_equal_programs_are_equal_bytes():
    pack_program.cache_clear()
    first = pack_program()
    pack_program.cache_clear()
    assert pack_program() == first
