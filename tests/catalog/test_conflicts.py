"""Two settings conflict when some node could get both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.core.catalog import can_both_hold, find_conflicts
from podsys.core.select import Traits, select_items
from podsys.model.setting import Setting, When
from podsys.model.spec import ClusterSpec, Network, Node


def setting(id_: str, when: When, key: str = "vm.x", **more: object) -> Setting:
    return Setting(
        **{"id": id_, "title": "t", "kind": "sysctl", "key": key, "value": "1", "when": when}
        | {"why": "w", "source": ("s",), "confidence": "code"}
        | more  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (When(), When(), True),
        (When(profile=("hpc",)), When(), True),
        (When(profile=("hpc",)), When(profile=("training",)), False),
        (When(profile=("hpc", "training")), When(profile=("training",)), True),
        (When(virtual=True), When(virtual=False), False),
        (When(virtual=True), When(), True),
        (When(has=("swap",)), When(lacks=("swap",)), False),
        (When(has=("swap",)), When(lacks=("numa",)), True),
        (When(group=("compute",)), When(group=("login",)), True),
        (When(min_nodes=100), When(), True),
        (When(network=("roce",)), When(network=("ethernet",), profile=("hpc",)), False),
    ],
)
def test_clauses_exclude_each_other_or_not(one: When, other: When, both: bool) -> None:
    assert can_both_hold(one, other) is both
    assert can_both_hold(other, one) is both


def test_only_the_same_target_conflicts() -> None:
    file = setting("a.b", When(), kind="config_option", params={"file": "/etc/a"})
    other_file = setting("a.c", When(), kind="config_option", params={"file": "/etc/b"})
    same = setting("a.d", When(), kind="config_option", params={"file": "/etc/b"})
    found = find_conflicts([file, other_file, same, setting("a.e", When(), key="vm.y")])
    assert [(one.id, other.id) for one, other in found] == [("a.c", "a.d")]


names = st.sampled_from(["x", "y"])
some = st.lists(names, max_size=2, unique=True).map(tuple)
whens = st.builds(
    When,
    profile=st.lists(st.sampled_from(["training", "hpc"]), max_size=2, unique=True).map(tuple),
    network=st.lists(st.sampled_from(["ethernet", "roce"]), max_size=2, unique=True).map(tuple),
    group=some,
    os=some,
    virtual=st.sampled_from([None, True, False]),
    has=some,
    lacks=some,
    min_nodes=st.sampled_from([0, 2]),
)


all_traits = st.builds(
    Traits,
    profile=st.sampled_from(["training", "hpc"]),
    network=st.sampled_from(["ethernet", "roce"]),
    node_count=st.just(2),
    groups=some,
    cpu_vendor=st.none(),
    arch=st.none(),
    os=names,
    platform=st.none(),
    virtual=st.booleans(),
    capabilities=some,
)


@given(whens, whens, all_traits)
def test_what_some_node_selects_together_is_found(one: When, other: When, traits: Traits) -> None:
    """No false clean: if the selection gives a node both, find_conflicts says so."""
    pair = [setting("a.b", one), setting("a.c", other)]
    nodes = {f"n{i}": Node(address=f"a{i}") for i in range(2)}
    spec = ClusterSpec(
        cluster="c",
        profile=traits.profile,
        nodes=nodes,
        network=Network(mode=traits.network),
    )
    if len(select_items(spec, traits, pair).items) == 2:
        assert len(find_conflicts(pair)) == 1
