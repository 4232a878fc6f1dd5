"""What is wanted and what Ansible does come from one computation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from jinja2 import Environment

from podsys.commands.rendering import Rendering
from podsys.core.role_items import file_value
from podsys.errors import PodsysError
from podsys.model.facts import NodeFacts, Section
from podsys.model.role import Role
from podsys.model.spec import ClusterSpec
from tests.golden.examples import EXAMPLES, read_facts, read_spec, render_example


@pytest.fixture(scope="module", params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def rendering(example: str) -> Rendering:
    return render_example(example)


def test_every_file_ansible_copies_is_wanted_with_its_very_content(rendering: Rendering) -> None:
    """Filled in the way Ansible does it, with the host's own variables."""
    compared = 0
    for role in rendering.layout.roles:
        for name in rendering.layout.members[role.name]:
            if name in rendering.layout.families:
                compared += _compare(role, name, rendering)
    assert compared >= len(rendering.layout.families)


def test_two_renderings_are_the_same(example: str, rendering: Rendering) -> None:
    assert dict(render_example(example).tree) == dict(rendering.tree)


def test_the_tree_is_made_once_and_not_before_it_is_asked_for(
    example: str,
) -> None:
    rendering = render_example(example)
    assert "tree" not in vars(rendering)
    assert rendering.tree is rendering.tree


def test_nodes_share_all_items_but_those_that_name_them() -> None:
    rendering = render_example("lab-4")
    one, other = rendering.wanted["n003"], rendering.wanted["n004"]
    own = [a.id for a, b in zip(one, other, strict=True) if a is not b]
    assert own == [
        "node_exporter.file./etc/systemd/system/prometheus-node-exporter.service.d/podsys.conf"
    ]


def test_a_rendering_knows_which_facts_would_change_it() -> None:
    rendering, spec, facts = render_example("lab-4"), read_spec("lab-4"), read_facts("lab-4")
    assert rendering.follows_from(spec, facts)
    system = facts["n002"].sections["system"]
    for change in ({"os_family": "rhel"}, {"virtual": False}):
        other = replace(system, data=system.data | change)
        node = replace(facts["n002"], sections=facts["n002"].sections | {"system": other})
        assert not rendering.follows_from(spec, facts | {"n002": node})


def test_a_node_never_probed_keeps_its_place_but_wants_nothing_of_roles() -> None:
    rendering = render_example("cpu-mpi-16")
    assert "c16" in rendering.layout.members["base"]
    assert {item.role for item in rendering.wanted["c16"]} == {"settings"}
    assert "c16" in rendering.tree["inventory/hosts.yaml"]


def test_a_role_that_a_family_lacks_is_named() -> None:
    rendering = render_example("cpu-mpi-16")
    assert "rhel" in rendering.skipped["c1"]["node_exporter"]
    assert "node_exporter" not in render_example("lab-4").skipped["n001"]


def test_a_group_named_like_a_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_bad_group(example: str) -> ClusterSpec:
        spec = read_spec(example)
        node = spec.nodes["n001"].model_copy(update={"groups": ("base", "profile_9", "fine")})
        return spec.model_copy(update={"nodes": {**spec.nodes, "n001": node}})

    monkeypatch.setattr("tests.golden.examples.read_spec", with_bad_group)
    with pytest.raises(PodsysError, match="base, profile_9"):
        render_example("lab-4")


def test_alerts_use_the_bounds_of_the_baselines() -> None:
    from podsys.commands.common import load_catalog

    rules = render_example("lab-4").tree["roles/prometheus/files/podsys_rules.yml"]
    for metric in ("disk_used", "clock_offset", "load_per_cpu"):
        ceiling = load_catalog().baselines[metric].ceiling
        assert ceiling is not None
        assert f"> {ceiling}" in rules


def _compare(role: Role, name: str, rendering: Rendering) -> int:
    family = rendering.layout.families[name]
    wanted = {item.id: item.value for item in rendering.wanted[name]}
    files = [file for file in role.files if family in file.path]
    for file in files:
        text = rendering.tree[f"roles/{role.name}/files/{file.source}"]
        if file.per_node:
            template = Environment(keep_trailing_newline=True).from_string(text)
            own = rendering.layout.views[name].variables
            text = template.render(inventory_hostname=name, **own)
        assert wanted[f"{role.name}.{file.kind}.{file.path[family]}"] == file_value(file, text)
    return len(files)


def test_another_rail_is_another_rendering() -> None:
    name = "debian-releases"
    rendering, spec, facts = render_example(name), read_spec(name), read_facts(name)
    assert rendering.follows_from(spec, facts)
    assert "NCCL_IB_HCA==mlx5_0" in rendering.layout.views["gpu1"].nccl
    port = {"device": "mlx5_7", "bdf": "0000:19:00.0"}
    sections = facts["gpu1"].sections | {"infiniband": Section("ok", {"ports": [port]})}
    assert not rendering.follows_from(spec, facts | {"gpu1": NodeFacts("gpu1", sections=sections)})
