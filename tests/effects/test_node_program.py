"""podsys-node packed: one file that any python3 from 3.6 on runs, and equal bytes each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from podsys.core.faults import parse_faults
from podsys.effects.node_program import pack_node

PYENV = ".pyenv/versions/3.*/bin/python3"
FAULT = """\
id: small
title: t
status: fail
blocks: true
when: memory.total_kb > 0
evidence: "{memory.total_kb} kB"
symptom: s
cause: c
remedy: r
repairs: hands
source: [a book]
lab: {none: a test}
"""


def pythons() -> list[str]:
    others = [Path("/usr/bin/python3"), *Path.home().glob(PYENV)]
    return sorted({sys.executable, *(str(python) for python in others if python.exists())})


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    faults, _ = parse_faults({"x/small.yaml": FAULT}, ["memory"])
    judge = {
        "podsys": "1", "sections": ["memory"], "faults": [dict(f.plain) for f in faults],
        "rate_paths": [], "baseline": {}, "platforms": {}, "items": [], "nodes": {},
    }  # fmt: skip
    file = tmp_path / "podsys-node"
    file.write_bytes(pack_node(judge))
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("python", pythons())
def test_every_python_runs_it(packed, python, tmp_path):
    done = subprocess.run(
        [python, "-IS", str(packed), "--json", "--seconds", "60", "--node", "n1"],
        capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"][0]["check"] == "small"


def test_it_runs_by_itself(packed, tmp_path):
    done = subprocess.run(
        [packed, "--nhc", "--seconds", "60"],
        capture_output=True, text=True, timeout=120, check=False, env={"PATH": os.defpath},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.startswith("ERROR:  nhc:  Health check failed:  small: ")


def test_it_is_a_zip_with_everything_the_probe_needs(packed):
    names = set(zipfile.ZipFile(packed).namelist())
    assert {"__main__.py", "podsys_node/judge.json", "podsys_node/probe.py", "pynvml.py"} <= names


def test_equal_knowledge_gives_equal_bytes():
    assert pack_node({"a": 1, "b": 2}) == pack_node({"b": 2, "a": 1})
