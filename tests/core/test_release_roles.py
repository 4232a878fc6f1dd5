"""Roles that a release fills."""

from __future__ import annotations

import pytest

from podsys.core.release_roles import fill_role, name_groups, why_without
from podsys.core.role_items import role_items
from podsys.core.roles import nodes_of, order_roles, parse_roles
from podsys.effects.content import read_role_texts
from podsys.model.lock import LockedComponent
from podsys.model.problem import InputProblemsError
from podsys.model.spec import ClusterSpec, Node
from tests.releases import locked, package, released

ROLES = {role.name: role for role in parse_roles(read_role_texts())}
DRIVER = ROLES["nvidia_driver"]
MODULES = LockedComponent(
    version="535.309.01",
    flavour="proprietary",
    packages=(package("nvidia-kernel-dkms", "535.309.01-0+deb12u1"),),
)


def test_order_follows_from_what_roles_need() -> None:
    names = list(ROLES)
    for first, then in (
        ("kernel", "nvidia_driver"),
        ("settings", "nvidia_driver"),
        ("nvidia_driver", "fabric_manager"),
        ("fabric_manager", "dcgm"),
        ("cuda", "nccl"),
        ("amdgpu", "rocm"),
    ):
        assert names.index(first) < names.index(then), (first, then)
    assert [r.name for r in order_roles([ROLES["nccl"], ROLES["cuda"]])] == ["cuda", "nccl"]


def test_a_need_that_nobody_provides_is_named() -> None:
    with pytest.raises(InputProblemsError, match="no role provides drivr"):
        parse_roles({"a": "title: t\nneeds: [drivr]\n", "b": "title: t\nprovides: [driver]\n"})


def test_packages_come_from_the_lock_and_are_held() -> None:
    items = role_items(fill_role(DRIVER, locked()), "debian", {})
    packages = {i.key: i.value for i in items if i.kind == "package"}
    assert packages["nvidia-smi"] == "=535.309.01-0+deb12u1"
    assert {i.key for i in items if i.kind == "package_hold"} == set(packages)
    other = role_items(fill_role(DRIVER, released()), "debian", {})
    assert {i.value for i in other if i.kind == "package"} == {"=535.261.03-1"}


def test_the_module_in_the_kernel_is_compared_where_the_release_has_modules() -> None:
    with_modules = role_items(fill_role(DRIVER, locked(kernel_modules=MODULES)), "debian", {})
    (item,) = [i for i in with_modules if i.kind == "module_version"]
    assert (item.key, item.value, item.reboot) == ("nvidia", "535.309.01", True)
    assert item.params == {"maker": "nvidia"}
    libraries = role_items(fill_role(DRIVER, locked()), "debian", {})
    assert not [i for i in libraries if i.kind == "module_version"]


def test_a_role_is_for_nodes_whose_release_has_its_parts() -> None:
    spec = ClusterSpec(cluster="c", nodes={n: Node(address=n) for n in ("n1", "n2")})
    assert nodes_of(DRIVER, spec, {}, {"n1": locked()}) == ["n1"]
    assert nodes_of(DRIVER, spec, {}) == []
    assert nodes_of(ROLES["fabric_manager"], spec, {}, {"n1": locked()}) == []


def test_why_a_node_has_nothing_of_a_role() -> None:
    assert why_without(DRIVER, locked()) == ""
    assert "host's kernel" in why_without(ROLES["kernel"], locked())
    assert why_without(ROLES["dcgm"], locked()).endswith("has no dcgm")
    assert why_without(ROLES["dcgm"], None) == "cluster.yaml asks for no release there"
    assert why_without(ROLES["base"], None) == ""


def test_each_entry_of_the_lock_is_a_group() -> None:
    one, other, third = locked(), released(), locked(nodes="n9")
    named = name_groups({"n1": one, "n2": other, "n3": one, "n9": third})
    assert named == {
        "release_debian_12_nvidia_535_309": ("n1", "n3"),
        "release_debian_12_nvidia_535_261": ("n2",),
        "release_debian_12_nvidia_535_309__2": ("n9",),
    }
