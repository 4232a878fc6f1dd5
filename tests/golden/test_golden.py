"""Every example renders to the tree that stands beside this file, and Ansible accepts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from podsys.commands.rendering import Rendering
from podsys.effects.content import read_library, read_node_package, read_role_content
from podsys.effects.tree import write_tree
from podsys.model.nodeset import expand
from tests.golden.examples import EXAMPLES, read_spec, render_example

HERE = Path(__file__).parent


@pytest.fixture(scope="module", params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def rendering(example: str) -> Rendering:
    return render_example(example)


@pytest.fixture(scope="module")
def rendered(rendering: Rendering, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace") / "rendered"
    write_tree(root, rendering.tree)
    return root


def test_tree_is_the_golden_one(
    example: str, rendering: Rendering, request: pytest.FixtureRequest
) -> None:
    """Role content and modules are compared with their source, so they are not kept twice."""
    golden = HERE / example
    own = {path: text for path, text in rendering.tree.items() if not _is_copied(path)}
    if request.config.getoption("--update-golden"):
        write_tree(golden, own)
    kept = {f.relative_to(golden).as_posix() for f in golden.rglob("*") if f.is_file()}
    assert sorted(own) == sorted(kept)
    for path, text in own.items():
        assert text == (golden / path).read_text(), path


def test_copied_content_is_complete(rendering: Rendering) -> None:
    copied = {path for path in rendering.tree if _is_copied(path)}
    expected = {f"roles/{path}" for path in read_role_content("managed")}
    expected |= {f"library/{name}" for name in read_library()}
    expected |= {f"module_utils/podsys_node/{path}" for path in read_node_package()}
    for role in rendering.layout.roles:
        expected |= {f"roles/{path}" for path in read_role_content(role.name)}
        assert role.own_tasks == (f"roles/{role.name}/tasks/main.yml" in expected)
        expected.add(f"roles/{role.name}/tasks/main.yml")
    assert copied == expected | {"module_utils/podsys_node/kinds/all_kinds.py"}


def test_every_yaml_file_reads_as_yaml(rendering: Rendering) -> None:
    files = [path for path in rendering.tree if path.endswith((".yaml", ".yml"))]
    assert "inventory/hosts.yaml" in files
    for path in files:
        assert yaml.safe_load(rendering.tree[path]) is not None, path


def test_ansible_accepts_the_playbooks(rendered: Path) -> None:
    done = _ansible(rendered, "ansible-playbook", "--syntax-check", "playbooks/site.yaml")
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


def test_inventory_counts(example: str, rendering: Rendering, rendered: Path) -> None:
    listed = json.loads(_ansible(rendered, "ansible-inventory", "--list").stdout)
    spec = read_spec(example)
    variables = listed["_meta"]["hostvars"]
    assert {name: found["ansible_host"] for name, found in variables.items()} == {
        name: node.address for name, node in spec.nodes.items()
    }
    for role in rendering.role_order:
        assert sorted(listed[role]["hosts"]) == sorted(rendering.layout.members[role])
    profiles = [len(listed[profile.name]["hosts"]) for profile in rendering.layout.profiles]
    assert sum(profiles) == len(spec.nodes)


def test_every_node_has_its_connection_and_settings(rendering: Rendering, rendered: Path) -> None:
    listed = json.loads(_ansible(rendered, "ansible-inventory", "--list").stdout)
    for name, found in listed["_meta"]["hostvars"].items():
        made = [item for item in rendering.wanted[name] if item.role == "settings"]
        ids = [item.id for item in made if not item.advisory]
        assert [setting["id"] for setting in found["podsys_settings"]] == ids
        assert "StrictHostKeyChecking=yes" in found["ansible_ssh_common_args"]


def test_readme_names_every_node(example: str, rendering: Rendering) -> None:
    row = next(line for line in rendering.tree["README.md"].splitlines() if "| settings |" in line)
    assert set(expand(row.split("|")[3].strip())) == set(read_spec(example).nodes)


def _is_copied(path: str) -> bool:
    return path.startswith(("library/", "module_utils/")) or (
        path.startswith("roles/") and path.split("/")[2] != "files"
    )


def _ansible(rendered: Path, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ANSIBLE_")}
    return subprocess.run(
        [str(Path(sys.executable).parent / tool), *arguments],
        cwd=rendered,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
