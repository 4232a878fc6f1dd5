"""The nominal line rate: what cluster.yaml says, else what most NICs report."""

from __future__ import annotations

from typing import Any

from podsys.core.line_rate import find_line_rate
from podsys.model.facts import NodeFacts, Section
from podsys.model.spec import ClusterSpec, Network, Node


def spec(count: int, link_gbps: float | None = None) -> ClusterSpec:
    nodes = {f"n{number}": Node(address=f"10.0.0.{number}") for number in range(1, count + 1)}
    return ClusterSpec(cluster="t", nodes=nodes, network=Network(link_gbps=link_gbps))


def facts(number: int, speed: object, address: str | None = None) -> NodeFacts:
    own = [{"addresses": [address or f"10.0.0.{number}/24"], "speed_mbps": speed}]
    data: dict[str, Any] = {"nics": [{"addresses": ["192.168.0.1"], "speed_mbps": 1000}, *own]}
    return NodeFacts(f"n{number}", sections={"network": Section("ok", data)})


def rate(speeds: list[object], link_gbps: float | None = None) -> float | None:
    found = {f"n{n}": facts(n, speed) for n, speed in enumerate(speeds, 1)}
    return find_line_rate(spec(len(speeds), link_gbps), found)


def test_what_is_written_counts() -> None:
    assert rate([25000, 25000], link_gbps=100) == 100


def test_a_nic_that_trained_too_low_does_not_lower_the_bar() -> None:
    assert rate([100_000, 100_000, 25_000]) == 100
    assert rate([25_000, 100_000]) == 100


def test_nobody_knows() -> None:
    assert rate([None, -1, 0, "fast"]) is None
    assert find_line_rate(spec(2), {}) is None
    assert find_line_rate(spec(1), {"n1": facts(1, 1000, address="10.9.9.9")}) is None
