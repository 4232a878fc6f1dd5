"""Leaf switches in cluster.yaml: read, and refused with their place when wrong."""

from __future__ import annotations

import pytest

from podsys.core.spec import parse_spec
from podsys.core.topology import fabric_of, leaves_of

NODES = "cluster: c\nnodes:\n" + "".join(f"  n{n}: {{address: 10.0.0.{n}}}\n" for n in range(1, 5))


def test_leaves_of_nodes() -> None:
    text = NODES + "network:\n  leaves: {leaf1: 'n[1-2]', leaf2: n3}\n"
    spec, problems = parse_spec(text)
    assert not problems
    assert spec is not None
    assert leaves_of(spec) == {"n1": "leaf1", "n2": "leaf1", "n3": "leaf2"}
    fabric = fabric_of(spec)
    assert fabric.leaf_of(("n1", "mlx5_0")) == "leaf1"
    assert fabric.leaf_of(("n4", "")) == ""


@pytest.mark.parametrize(
    ("leaves", "said"),
    [
        ("{leaf1: n9}", "no node n9"),
        ("{leaf1: 'n[1-2]', leaf2: n2}", "n2 already hangs on leaf1"),
        ("{leaf1: 'n[1-'}", "cannot read the host range"),
    ],
)
def test_wrong_leaves_are_named_with_their_line(leaves: str, said: str) -> None:
    spec, problems = parse_spec(f"{NODES}network:\n  leaves: {leaves}\n")
    assert spec is None
    assert [problem.line for problem in problems] == [8]
    assert said in problems[0].message
