"""Role metadata: faults at once with their lines, order, membership, items."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.group_vars import role_state
from podsys.core.role_items import role_items
from podsys.core.roles import families_of, nodes_of, order_roles, parse_roles, time_server_of
from podsys.errors import PodsysError
from podsys.model.facts import NodeFacts, Section
from podsys.model.problem import InputProblemsError
from podsys.model.role import Role
from podsys.model.spec import ClusterSpec, Packages

META = """\
title: Web
after: [base]
packages: {debian: [nginx], rhel: [nginx, nginx-core]}
files:
  - path: {debian: /etc/web.conf, rhel: /etc/web/web.conf}
    template: web.conf.j2
  - path: /etc/hosts
    template: hosts.j2
    kind: file_block
services:
  - name: web.service
    reads: [web.conf.j2]
"""
TEXTS = {"web.conf.j2": "a = 1\n", "hosts.j2": "10.0.0.1 n1\n"}


def make_spec(**changes: object) -> ClusterSpec:
    nodes = {f"n{number}": {"address": f"10.0.0.{number}"} for number in (1, 2, 3)}
    return ClusterSpec.model_validate({"cluster": "c", "nodes": nodes} | changes)


def make_role(text: str = META) -> Role:
    return parse_roles({"web": text, "base": "title: Base\n"})[1]


def facts_of(**families: str) -> dict[str, NodeFacts]:
    return {
        n: NodeFacts(n, sections={"system": Section("ok", {"os_family": f})})
        for n, f in families.items()
    }


def test_all_faults_come_at_once_with_their_lines() -> None:
    texts = {
        "base": "title: Base\nafter: [bose]\nwhere: everywhere\n",
        "bose": "title: B\npakages: {}\n",
        "web": META.replace("[web.conf.j2]", "[wev.conf.j2]"),
    }
    with pytest.raises(InputProblemsError) as caught:
        parse_roles(texts)
    found = {(problem.file.split("/")[2], problem.line) for problem in caught.value.problems}
    assert found == {("base", 3), ("bose", 2), ("web", 12)}
    assert "did you mean packages?" in str(caught.value)
    assert "did you mean web.conf.j2?" in str(caught.value)


def test_unknown_role_in_after_names_the_nearest() -> None:
    with pytest.raises(InputProblemsError, match="did you mean base"):
        parse_roles({"base": "title: B\n", "web": "title: W\nafter: [bace]\n"})


def test_a_circle_is_an_error_that_shows_it() -> None:
    with pytest.raises(PodsysError, match=r"a after b after a|b after a after b"):
        parse_roles({"a": "title: A\nafter: [b]\n", "b": "title: B\nafter: [a]\n"})


@given(st.permutations(range(8)), st.data())
def test_every_role_comes_behind_those_it_waits_for(names: list[int], data: st.DataObject) -> None:
    roles = []
    for position, name in enumerate(names):
        after = (
            data.draw(st.lists(st.sampled_from(names[:position]), unique=True)) if position else []
        )
        roles.append(Role(name=f"r{name}", title="t", after=tuple(f"r{other}" for other in after)))
    ordered = [role.name for role in order_roles(roles)]
    assert sorted(ordered) == sorted(role.name for role in roles)
    for role in roles:
        assert all(ordered.index(other) < ordered.index(role.name) for other in role.after)
    assert ordered == [role.name for role in order_roles(roles[::-1])]


@pytest.mark.parametrize(
    ("where", "changes", "expected"),
    [
        ("all", {}, ["n1", "n2", "n3"]),
        ("monitoring_server", {}, []),
        ("monitoring_server", {"monitoring": {"server": "n2"}}, ["n2"]),
        ("time_server", {}, ["n1"]),
        ("time_server", {"time": {"servers": ["ntp"]}}, []),
        ("time_clients", {}, ["n2", "n3"]),
        ("time_clients", {"time": {"servers": ["ntp"]}}, ["n1", "n2", "n3"]),
    ],
)
def test_where_a_role_belongs(
    where: str, changes: Mapping[str, object], expected: list[str]
) -> None:
    role = Role.model_validate({"title": "t", "where": where})
    assert nodes_of(role, make_spec(**changes), {}) == expected


def test_a_node_that_cannot_be_reached_serves_no_time() -> None:
    nodes = {"n1": {"address": "a", "state": "unreachable"}, "n2": {"address": "b"}}
    assert time_server_of(make_spec(nodes=nodes)) == "n2"


def test_a_family_the_role_cannot_serve_is_left_out_and_an_unknown_one_stays() -> None:
    spec = make_spec()
    families = families_of(spec, facts_of(n1="debian", n2="rhel"))
    role = Role.model_validate({"title": "t", "families": ["debian"]})
    assert nodes_of(role, spec, families) == ["n1", "n3"]


def test_a_family_podsys_does_not_know_is_no_family() -> None:
    assert families_of(make_spec(), facts_of(n1="suse")) == {}


def test_items_follow_the_family() -> None:
    items = {item.id: item for item in role_items(make_role(), "rhel", TEXTS)}
    digest = hashlib.sha256(b"a = 1\n").hexdigest()
    assert items["web.file./etc/web/web.conf"].value == f"sha256:{digest} 0644 root:root"
    assert items["web.package.nginx-core"].value == "installed"
    assert items["web.service.web.service"].value == "running"
    assert items["web.service_config.web.service"].params == {"files": "/etc/web/web.conf"}
    assert "web.file./etc/web.conf" not in items
    assert {item.role for item in items.values()} == {"web"}


def test_a_block_is_compared_by_its_text_alone() -> None:
    block = next(i for i in role_items(make_role(), "debian", TEXTS) if i.kind == "file_block")
    assert block.value == "sha256:" + hashlib.sha256(b"10.0.0.1 n1\n").hexdigest()
    assert block.params == {"marker": "podsys"}


def test_only_a_role_that_holds_packages_holds_them() -> None:
    kinds = {item.kind for item in role_items(make_role(), "debian", TEXTS, ["linux"])}
    assert "package_hold" not in kinds
    holder = Role(name="base", title="t", holds_packages=True, repairs_packages=True)
    assert [i.id for i in role_items(holder, "debian", {}, ["linux"])] == [
        "base.package_database.packages",
        "base.package_hold.linux",
    ]


def test_a_hold_with_a_version_wants_that_version_too() -> None:
    base = Role(name="base", title="t", holds_packages=True, packages={"debian": ("curl", "git=2")})
    hold = ["curl=7.88-1", "linux"]
    items = {i.id: i.value for i in role_items(base, "debian", {}, hold)}
    assert items == {
        "base.package.curl": "=7.88-1",
        "base.package.git": "=2",
        "base.package_hold.curl": "held",
        "base.package_hold.linux": "held",
    }
    state = role_state(base, "debian", hold)
    assert (state["packages"], state["versions"]) == ([], ["curl=7.88-1", "git=2"])
    rhel = base.model_copy(update={"packages": {"rhel": ("curl",)}})
    assert role_state(rhel, "rhel", hold)["versions"] == ["curl-7.88-1"]
    other = base.model_copy(update={"holds_packages": False})
    assert role_state(other, "debian", hold)["packages"] == ["curl"]


@pytest.mark.parametrize("pin", ["curl=", "=1", "curl = 1", "a=b=c", ""])
def test_a_hold_that_names_nothing_is_refused(pin: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        Packages(hold=(pin,))
