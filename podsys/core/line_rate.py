"""The nominal rate of the nodes' links: what cluster.yaml says, or what the NICs report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import multimode

from podsys.model.facts import NodeFacts
from podsys.model.spec import ClusterSpec


def find_line_rate(spec: ClusterSpec, facts: Mapping[str, NodeFacts]) -> float | None:
    """Gbit/s; None when nobody knows.

    The commonest speed counts, and the higher one on a tie: a NIC that trained too low must
    not lower the bar it is judged by.
    """
    if spec.network.link_gbps is not None:
        return spec.network.link_gbps
    speeds = list(_speeds(spec, facts))
    return max(multimode(speeds)) / 1000 if speeds else None


def _speeds(spec: ClusterSpec, facts: Mapping[str, NodeFacts]) -> Iterable[float]:
    for name, node in spec.nodes.items():
        found = facts.get(name)
        for nic in (found.get("network.nics") if found else None) or []:
            own = {str(address).partition("/")[0] for address in nic.get("addresses") or []}
            speed = nic.get("speed_mbps")
            if node.address in own and isinstance(speed, int | float) and speed > 0:
                yield float(speed)
