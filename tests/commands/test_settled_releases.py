"""What the lock shall hold of nodes that do not answer."""

from __future__ import annotations

import pytest

from podsys.commands.releases import settle_releases
from podsys.core.lock import make_lock
from podsys.effects.ssh import Fleet
from podsys.effects.workspace import Workspace
from podsys.model.spec import ClusterSpec, Node, Ssh
from tests.releases import machine, released

NAMES = ("n1", "n2", "n3")


@pytest.mark.parametrize("upgrade", [False, True])
def test_who_does_not_answer_keeps_what_it_had(tmp_path, upgrade: bool) -> None:
    """Each entry once; also where cluster.yaml makes one group of what were two."""
    workspace = Workspace(tmp_path)
    facts = {name: machine(name, virtualization="container-other") for name in NAMES}
    before = [released("n[1-2]"), released("n3"), released("n9")]
    workspace.lock_file.write_text(make_lock("0" * 64, "2.19", facts, before))
    nodes = {name: Node(address=name) for name in NAMES}
    spec = ClusterSpec(cluster="c", nodes=nodes, release={"all": "nvidia-535.309"})
    fleet = Fleet(Ssh(), nodes, tmp_path / "known_hosts")
    settled = settle_releases(workspace, spec, facts, fleet, [], upgrade=upgrade)
    assert settled.waiting == NAMES
    assert settled.releases == tuple(before[:2])
