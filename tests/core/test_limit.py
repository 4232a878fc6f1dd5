"""--limit: some of the nodes, and never none."""

from __future__ import annotations

import pytest

from podsys.core.limit import limit_nodes
from podsys.errors import ExitCode, PodsysError
from podsys.model.spec import ClusterSpec, Node

NODES = {name: Node(address=name, groups=("gpu",)) for name in ("n1", "n2")}
SPEC = ClusterSpec(cluster="c", nodes=NODES | {"login": Node(address="l", groups=("login",))})


@pytest.mark.parametrize(
    ("pattern", "names"),
    [(None, ["n1", "n2", "login"]), ("gpu", ["n1", "n2"]), ("login,n[1-2]!n1", ["n2", "login"])],
)
def test_nodes_and_groups_in_the_order_of_the_cluster(pattern, names):
    assert limit_nodes(SPEC, pattern) == names


@pytest.mark.parametrize("pattern", ["", " ", "n1!n1", "n3", "n["])
def test_what_names_nobody_is_refused(pattern):
    """Of no nodes, all are ready."""
    with pytest.raises(PodsysError) as caught:
        limit_nodes(SPEC, pattern)
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    assert caught.value.hint
