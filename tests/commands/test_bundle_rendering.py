"""A bundle in cluster.yaml: what nodes then want, first of all; and once it is taken out."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from podsys.commands.common import load_catalog
from podsys.commands.rendering import Rendering, render_cluster
from podsys.core.todo import Work, find_todos
from podsys.model.bundle import Archive
from podsys.model.facts import NodeFacts, Section
from podsys.model.plan import Change
from podsys.model.spec import Bundle
from tests.golden.examples import read_facts, read_spec

ARCHIVE = Archive("http://10.0.0.1:8642/0123456789abcdef", "KEY {{ not ours }}\n")
BUNDLE = Bundle(file="site.bundle", listen="10.0.0.1")
URL = ("package_archive", "apt", ARCHIVE.url)


def render(*, bundle: bool, used: tuple[str, ...] = (), example: str = "lab-4") -> Rendering:
    spec, facts = read_spec(example), read_facts(example)
    for node in used:
        facts[node] = with_bundle(facts[node])
    catalog = load_catalog()
    if not bundle:
        return render_cluster(spec, catalog.settings, catalog.baselines, facts, "")
    spec = spec.model_copy(update={"bundle": BUNDLE})
    return render_cluster(spec, catalog.settings, catalog.baselines, facts, "", archive=ARCHIVE)


def with_bundle(found: NodeFacts) -> NodeFacts:
    """As the probe sees a node that uses one."""
    names = [*found.get("capabilities.names"), "bundle"]
    section = Section("ok", {"names": names})
    return replace(found, sections={**found.sections, "capabilities": section})


@pytest.fixture(scope="module")
def rendering() -> Rendering:
    return render(bundle=True)


def archives(rendering: Rendering, node: str) -> list[tuple[str, str, str]]:
    found = (item for item in rendering.wanted[node] if item.kind == "package_archive")
    return [(item.kind, item.key, item.value) for item in found]


def test_every_node_wants_the_bundle_before_any_package(rendering: Rendering) -> None:
    for node in rendering.wanted:
        assert archives(rendering, node) == [URL]
    order = list(rendering.role_order)
    assert order.index("bundle") < order.index("base")
    assert "own_archives" not in order


def test_a_play_by_hand_does_it_first_too(rendering: Rendering) -> None:
    site = yaml.safe_load(rendering.tree["playbooks/site.yaml"])
    books = [play["ansible.builtin.import_playbook"] for play in site]
    assert books.index("bundle.yaml") < books.index("base.yaml")
    state = yaml.safe_load(rendering.tree["inventory/group_vars/bundle.yaml"])
    (request,) = state["bundle_state"]["debian"]["repairs"]
    assert request["value"] == ARCHIVE.url


def test_a_deploy_does_it_before_packages(rendering: Rendering) -> None:
    node = next(iter(rendering.wanted))
    items = {item.kind: item for item in rendering.wanted[node] if item.role != "settings"}
    changes = [
        Change(items[kind], {"live": "x"}, (node,)) for kind in ("package_archive", "package")
    ]
    (todo,) = find_todos(changes, Work(rendering.layout, rendering.texts.of, ()))
    assert [request["kind"] for request in todo.first] == ["package_archive"]
    assert todo.first[0]["params"]["key"] == ARCHIVE.key
    assert todo.packages


def test_without_a_bundle_nobody_is_asked_about_one() -> None:
    plain = render(bundle=False)
    assert not {"bundle", "own_archives"} & set(plain.role_order)
    assert all(not archives(plain, node) for node in plain.wanted)


def test_who_still_uses_one_goes_back_to_its_own_archives() -> None:
    after = render(bundle=False, used=("n002",))
    assert after.layout.members["own_archives"] == ["n002"]
    assert archives(after, "n002") == [("package_archive", "apt", "own")]
    assert archives(after, "n001") == []


def test_each_family_is_given_what_its_package_manager_reads() -> None:
    mixed = render(bundle=True, used=(), example="cpu-mpi-16")
    families = mixed.layout.families
    assert "rhel" in families.values()
    for node, family in families.items():
        key = {"debian": "apt", "rhel": "dnf"}[family]
        assert archives(mixed, node) == [("package_archive", key, ARCHIVE.url)]
    state = yaml.safe_load(mixed.tree["inventory/group_vars/bundle.yaml"])["bundle_state"]
    keys = {family: [one["key"] for one in state[family]["repairs"]] for family in state}
    assert keys["rhel"] == ["dnf"]
