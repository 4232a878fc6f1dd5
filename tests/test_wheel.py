"""The built wheel works outside the checkout, with everything it needs inside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
RENDER = """
import podsys, sys
from pathlib import Path
from podsys.commands.common import load_catalog
from podsys.commands.rendering import render_tree
from podsys.effects.content import content_root
from podsys.effects.probe import pack_program
from podsys.model.spec import ClusterSpec, Node

installed = Path(sys.argv[1])
assert Path(podsys.__file__).is_relative_to(installed), podsys.__file__
assert content_root().is_relative_to(installed), content_root()
assert list((content_root() / "checks").rglob("test_*.py"))
catalog = load_catalog()
assert len(catalog.settings) >= 60
assert len(pack_program().code) > 10_000
spec = ClusterSpec(cluster="x", nodes={"n1": Node(address="10.0.0.1")})
tree = render_tree(spec, catalog.settings, catalog.baselines, {}, "")
assert "playbooks/site.yaml" in tree and "library/podsys_settings.py" in tree
print(len(tree), "files")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel unpacked into a folder of its own; its dependencies come from this Python."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir"]
    subprocess.run([*build, str(folder), str(CHECKOUT)], check=True, capture_output=True)
    (wheel,) = folder.glob("podsys-*.whl")
    target = folder / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target"]
    subprocess.run([*install, str(target), str(wheel)], check=True, capture_output=True)
    return target


def run(installed: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_catalog_playbooks_templates_and_checks_are_inside(installed, tmp_path):
    done = run(installed, tmp_path, "-c", RENDER, str(installed))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 50


def test_the_command_line_works(installed, tmp_path):
    done = run(installed, tmp_path, "-m", "podsys.cli", "explain", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) >= 60


def test_a_folder_without_init_is_refused(installed, tmp_path):
    done = run(installed, tmp_path, "-m", "podsys.cli", "deploy", "--plan")
    assert done.returncode == 2
    assert "podsys init" in done.stderr
    assert list(tmp_path.iterdir()) == []


OWN = """
def test_good(): pass
def test_bad(): assert 1 == 2, "one is not two"
"""


def test_a_check_of_the_wheel_can_fail(installed, tmp_path):
    """It lies inside the package there, whose own broken assertions say nothing of a node."""
    nodes = "{n1: {address: 127.0.0.1}}"
    (tmp_path / "cluster.yaml").write_text(f"cluster: t\nnodes: {nodes}\n")
    (tmp_path / "known_hosts").write_text("")
    folder = installed / "podsys" / "_data" / "checks" / "own"
    folder.mkdir()
    (folder / "test_own.py").write_text(OWN)
    lines = tmp_path / "lines.jsonl"
    plugins = ["-p", "podsys.commands.check_plugin", "-p", "no:cacheprovider"]
    plugins += ["-p", "no:pytest11.testinfra", "-c", os.devnull, "--import-mode", "importlib"]
    where = ["--rootdir", str(folder.parent), "--workspace", str(tmp_path), str(folder)]
    run(installed, tmp_path, "-m", "pytest", *plugins, "--findings", str(lines), *where)
    found = [json.loads(line) for line in lines.read_text().splitlines()]
    ended = {one["check"]: one["status"] for one in found if one["type"] == "outcome"}
    assert ended == {"own.good": "pass", "own.bad": "fail"}
