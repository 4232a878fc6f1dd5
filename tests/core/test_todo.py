"""What differs becomes what Ansible does: nothing less, and little more."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from podsys.core.rendering import Layout, Profile
from podsys.core.role_items import role_items
from podsys.core.shards import apply_inventory, count_shards, split_nodes
from podsys.core.todo import Work, find_todos, narrow
from podsys.model.build import Build, DkmsSources
from podsys.model.item import Item
from podsys.model.plan import Change
from podsys.model.role import Role
from podsys.model.spec import ClusterSpec

SWAP = Item("vm.swappiness", "settings", "sysctl", "vm.swappiness", "1")
DIRTY = Item("vm.dirty_ratio", "settings", "sysctl", "vm.dirty_ratio", "5")
LIMIT = Item("memlock", "settings", "limit", "memlock", "unlimited")
CLOCK = Role.model_validate(
    {
        "name": "clock",
        "title": "t",
        "packages": {"debian": ["chrony"]},
        "files": [
            {"path": "/etc/chrony.conf", "template": "chrony.conf.j2"},
            {"path": "/etc/own", "template": "own.j2", "per_node": True},
        ],
        "services": [{"name": "chrony.service", "reads": ["chrony.conf.j2"]}],
    }
)
SETTINGS = Role(name="settings", title="t", own_tasks=True)
DRIVER = Role(name="driver", title="t", own_tasks=True, packages={"debian": ("driver",)})
TEXTS = {"chrony.conf.j2": "server {{ x }}\n", "own.j2": "{{ ansible_host }}\n"}
NODES = ("n1", "n2", "n3")
LAYOUT = Layout(
    roles=(CLOCK, SETTINGS, DRIVER),
    members=dict.fromkeys(("clock", "settings", "driver"), NODES),
    families=dict.fromkeys(NODES, "debian"),
    profiles=(Profile("profile_1", NODES, (SWAP, DIRTY, LIMIT)),),
    views={},
)
WORK = Work(LAYOUT, lambda _role: TEXTS, ())
ITEMS = {(i.kind, i.key): i for i in role_items(CLOCK, "debian", TEXTS)}
FILE = ITEMS["file", "/etc/chrony.conf"]
OWN = ITEMS["file", "/etc/own"]
PACKAGE = ITEMS["package", "chrony"]
SERVICE = ITEMS["service", "chrony.service"]


def differs(item: Item, *nodes: str) -> Change:
    return Change(item, {"live": "x", "persistent": "x"}, nodes)


def keys(requests):
    return [(request["kind"], request["key"]) for request in requests]


def test_a_setting_brings_its_whole_kind_and_nothing_else():
    (todo,) = find_todos([differs(SWAP, "n1")], WORK)
    assert keys(todo.items) == [("sysctl", "vm.swappiness"), ("sysctl", "vm.dirty_ratio")]
    assert (todo.first, todo.packages, todo.versions, todo.nodes) == ((), (), (), ("n1",))
    assert todo.tags == {"items"}


def test_a_file_brings_the_service_that_reads_it():
    (todo,) = find_todos([differs(FILE, "n1")], WORK)
    assert keys(todo.items) == [
        ("file", "/etc/chrony.conf"),
        ("service", "chrony.service"),
        ("service_config", "chrony.service"),
    ]
    assert todo.items[0]["params"]["content"] == TEXTS["chrony.conf.j2"]
    assert todo.items[0]["value"] == ""


def test_files_come_before_the_packages_that_read_them():
    (todo,) = find_todos([differs(FILE, "n1"), differs(PACKAGE, "n1")], WORK)
    assert keys(todo.first) == [("file", "/etc/chrony.conf")]
    assert todo.packages == ("chrony",)
    assert ("service", "chrony.service") in keys(todo.items)
    assert todo.tags == {"first", "packages", "items"}


def test_nodes_whose_own_files_differ_are_alike():
    changes = [Change(OWN, {"persistent": "missing"}, (node,)) for node in NODES]
    (todo,) = find_todos(changes, WORK)
    assert todo.nodes == NODES


def test_what_waits_for_its_reboot_only_is_no_work():
    item = Item("k", "settings", "kernel_argument", "k", "1", reboot=True)
    assert find_todos([Change(item, {"live": "0", "persistent": "1"}, ("n1",))], WORK) == []


def test_nothing_is_done_on_a_system_that_nobody_knows():
    known = find_todos([differs(SWAP, "n1", "n9")], WORK)
    assert [todo.nodes for todo in known] == [("n1",)]


def test_a_role_with_tasks_of_its_own_is_played_as_it_is():
    package = Item("driver.package.driver", "driver", "package", "driver", "installed")
    (todo,) = find_todos([differs(package, "n2")], WORK)
    assert (todo.own_roles, todo.packages, todo.items) == (("driver",), (), ())
    spec = ClusterSpec.model_validate({"cluster": "c", "nodes": {"n2": {"address": "10.0.0.2"}}})
    groups = apply_inventory(spec, [todo], "/w")["all"]["children"]
    assert list(groups["todo_driver"]["hosts"]) == ["n2"]
    assert todo.tags == {"driver"}


@given(st.sets(st.tuples(st.sampled_from([SWAP, FILE, PACKAGE, SERVICE]), st.sampled_from(NODES))))
def test_each_node_that_differs_is_in_one_todo_with_all_that_differs(pairs):
    changes = [differs(item, node) for item, node in pairs]
    todos = find_todos(changes, WORK)
    placed = [node for todo in todos for node in todo.nodes]
    assert sorted(placed) == sorted({node for _, node in pairs})
    for item, node in pairs:
        (todo,) = narrow(todos, [node])
        found = keys([*todo.first, *todo.items]) + [("package", name) for name in todo.packages]
        assert (item.kind, item.key) in found


@given(st.lists(st.text("abc", min_size=1), unique=True), st.integers(1, 9))
def test_shards_hold_every_node_once(nodes, count):
    shards = split_nodes(nodes, count)
    assert sorted(node for shard in shards for node in shard) == sorted(nodes)
    assert max(map(len, shards), default=0) - min(map(len, shards), default=0) <= 1


def test_shards_are_sized_to_the_machine():
    assert [count_shards(nodes, 4) for nodes in (1, 31, 32, 64, 10_000)] == [1, 1, 2, 4, 4]


def test_a_package_that_podsys_built_comes_with_its_file_and_its_origin() -> None:
    build = Build("mod-6.1", "1-1+6.1-2", "amd64", DkmsSources("mod-dkms", "1-1", "a" * 64), "6.1")
    role = Role(name="modules", title="t", packages={"debian": (build.pin, "other=2")})
    layout = replace(
        LAYOUT,
        roles=(role,),
        members={"modules": NODES},
        builds=dict.fromkeys(NODES, (build,)),
    )
    items = {i.key: i for i in role_items(role, "debian", {})}
    work = Work(layout, lambda _role: {}, ())
    (todo,) = find_todos([differs(items["mod-6.1"], "n1"), differs(items["other"], "n1")], work)
    assert todo.built == (build,)
    spec = ClusterSpec.model_validate({"cluster": "c", "nodes": {"n1": {"address": "a1"}}})
    inventory = apply_inventory(spec, [todo], "/w", {"n1": {"podsys_nccl": "X==y"}})
    group = inventory["all"]["children"]["differ_1"]
    assert group["hosts"] == {"n1": {"ansible_host": "a1", "podsys_nccl": "X==y"}}
    packages = group["vars"]["podsys_packages"]
    assert packages["versions"] == ["mod-6.1=1-1+6.1-2", "other=2"]
    assert packages["built"] == [
        {"name": "mod-6.1", "file": "/w/packages/mod-6.1_1-1+6.1-2_amd64.deb"}
    ]
    (origin,) = packages["origins"]
    assert (origin["kind"], origin["key"], origin["value"]) == (
        "package_origin", "mod-6.1", "=1-1+6.1-2"
    )  # fmt: skip
    (other,) = find_todos([differs(items["other"], "n1")], work)
    assert other.built == ()
