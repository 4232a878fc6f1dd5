"""The site's mounts: from cluster.yaml to items."""

from __future__ import annotations

import pytest

from podsys.core.select import Traits, select_items
from podsys.core.spec import parse_spec
from podsys.model.setting import Setting

TEXT = """\
cluster: c
nodes:
  n1: {address: a, groups: [compute, fat]}
  n2: {address: b}
mounts:
  /home: {source: "nfs1:/home", fs: nfs4, options: [nconnect=8, _netdev]}
  /scratch: {source: /dev/nvme0n1, fs: xfs, groups: [fat]}
"""


def traits(*groups: str) -> Traits:
    return Traits("training", "ethernet", 2, groups, None, None, None, None, None, None)


def shm() -> Setting:
    return Setting(
        id="a.b", title="t", kind="mount", key="/home", value="x y z", why="w",
        source=("s",), confidence="code",
    )  # fmt: skip


def test_nodes_get_the_mounts_of_their_groups() -> None:
    spec, problems = parse_spec(TEXT)
    assert spec, problems
    values = {item.id: item.value for item in select_items(spec, traits("fat"), []).items}
    assert values == {
        "mount./home": "nfs1:/home nfs4 nconnect=8,_netdev",
        "mount./scratch": "/dev/nvme0n1 xfs defaults",
    }
    assert len(select_items(spec, traits("compute"), []).items) == 1


def test_what_cluster_yaml_mounts_the_catalog_leaves_alone() -> None:
    spec, _ = parse_spec(TEXT)
    assert spec
    selection = select_items(spec, traits("compute"), [shm()])
    assert [item.id for item in selection.items] == ["mount./home"]
    assert selection.skipped == {"a.b": "cluster.yaml says what is mounted there"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[fat]}\n", "[fatt]}\n", "no node is in group fatt"),
        ("/home: {", "home: {", "home"),
        ("/home: {", "/home/: {", "/home/"),
        ("[nconnect=8,", '["nconnect=8,hard",', "options"),
        ("fs: nfs4, ", "", "fs"),
    ],
)
def test_a_wrong_mount_is_named_with_its_line(old: str, new: str, said: str) -> None:
    # The first `[fat]` is the node's own.
    text = new.join(TEXT.rsplit(old, 1))
    _, problems = parse_spec(text)
    assert len(problems) == 1
    assert said in str(problems[0])
    assert problems[0].line in (6, 7)
