"""What stands around the numbers of a sweep by NCCL alone: nodes, network, algorithm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from podsys.core.parsers import Unreadable
from podsys.core.parsers.nccl_sweep import KNOWN_GOOD, parse

LINES = [json.loads(line) for line in KNOWN_GOOD.splitlines()]
NETWORK = [
    "alpha:9:12 [0] NCCL INFO NET/IB : Using [0]mlx5_0:1/RoCE [RO]; OOB eth0:10.0.0.1<0>",
    "alpha:9:12 [0] NCCL INFO Channel 00/0 : 1[1] -> 0[0] [receive] via NET/IB/0/GDRDMA",
]


def text(nodes: list[dict[str, Any]] | None = None, said: list[str] | None = None) -> str:
    head, *rows, end = LINES
    head, end = (
        head | ({"nodes": nodes} if nodes else {}),
        end | ({"nccl_says": said} if said else {}),
    )
    return "".join(json.dumps(line) + "\n" for line in (head, *rows, end))


def test_over_several_nodes_the_network_is_named() -> None:
    nodes = [{"host": host, "gpus": ["Some GPU"]} for host in ("alpha", "beta")]
    found = parse(text(nodes, NETWORK))
    assert found.is_sound
    assert found.nodes == ("alpha", "beta")
    setup = found.figures[0].setup
    assert (setup["nodes"], setup["gpus"]) == (2, 2)
    assert (setup["transport"], setup["gdr"]) == ("roce-multinode", "on")


def test_within_a_node_the_network_is_told_only_where_it_was_used() -> None:
    assert "transport" not in parse(KNOWN_GOOD).figures[0].setup
    assert parse(text(None, NETWORK)).figures[0].setup["transport"] == "roce-loopback"


@pytest.mark.parametrize(
    ("line", "algorithm"),
    [
        (
            "AllReduce: 16777216 Bytes -> Algo RING proto LL128 channel{0..7}",
            "RING/LL128 at 16 MiB",
        ),
        ("16777216 Bytes -> Algo 5 proto 2 time 90.1", "NVLS_TREE/SIMPLE at 16 MiB"),
        ("16777216 Bytes -> Algo 99 proto 9 time 90.1", "99/9 at 16 MiB"),
    ],
)
def test_the_algorithm_of_the_largest_size_by_name_or_number(line: str, algorithm: str) -> None:
    other = "AllReduce: 8388608 Bytes -> Algo TREE proto LL channel{0..7}"
    said = [f"alpha:9:9 [0] NCCL INFO {one}" for one in (other, line, other)]
    assert parse(text(None, said)).figures[0].setup["algorithm"] == algorithm


def test_a_node_that_stands_twice_is_no_cluster() -> None:
    nodes = [{"host": "alpha", "gpus": ["Some GPU"]}] * 2
    with pytest.raises(Unreadable, match="a node twice"):
        parse(text(nodes))


def test_what_nccl_says_of_a_failure_is_a_fault() -> None:
    said = ["alpha:9:9 [0] transport.cc:22 NCCL WARN unhandled system error"]
    assert not parse(text(None, said)).is_sound
