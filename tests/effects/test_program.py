"""The zip that travels: any python3 from 3.6 on runs it, and its own bytecode where it can."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from podsys.effects.probe import LOADER, PROTOCOL
from podsys.effects.program import list_sections, pack_program
from podsys.node.sections import find_sections

PYENV = ".pyenv/versions/3.*/bin/python3"


def pythons() -> list[str]:
    others = [Path("/usr/bin/python3"), *Path.home().glob(PYENV)]
    return sorted({sys.executable, *(str(python) for python in others if python.exists())})


def ask(python: str, program: bytes, request: dict, cwd: Path) -> dict:
    done = subprocess.run(
        [python, "-IS", "-c", LOADER],
        input=b"%d\n" % len(program) + program + json.dumps(request).encode(),
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
    request = {"items": [item], "sections": list_sections(), "limit_s": 20}
    found = ask(python, pack_program(), request, tmp_path)
    assert found["podsys_probe"] == PROTOCOL
    assert set(found["sections"]) == set(find_sections())
    assert found["sections"]["memory"]["data"]["total_kb"] > 0
    assert found["readings"]["a"]["live"] == "Linux"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".py", ".pyc"])
def test_every_module_is_whole_without_its_types(suffix, tmp_path):
    archive = tmp_path / "program.zip"
    archive.write_bytes(without(suffix))
    names = [n.rpartition(".")[0].replace("/", ".") for n in zipfile.ZipFile(archive).namelist()]
    code = f"import sys; sys.path.insert(0, {str(archive)!r})\n"
    code += "".join(f"import {name.removesuffix('.__init__')}\n" for name in names)
    subprocess.run([sys.executable, "-IS", "-c", code], check=True, timeout=60)


def test_the_same_answer_from_bytecode_alone_and_from_source_alone(tmp_path):
    request = {"items": [], "sections": ["cpu"], "limit_s": 20}
    answers = [
        ask(sys.executable, without(suffix), request, tmp_path)["sections"]["cpu"]["data"]
        for suffix in (".py", ".pyc")
    ]
    assert answers[0] == answers[1]


def without(suffix: str) -> bytes:
    buffer = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(pack_program()))
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in whole.namelist():
            if not name.endswith(suffix):
                archive.writestr(name, whole.read(name))
    return buffer.getvalue()


def test_equal_programs_are_equal_bytes():
    pack_program.cache_clear()
    first = pack_program()
    pack_program.cache_clear()
    assert pack_program() == first
