"""Rails: the RDMA ports of nodes, and which of them two nodes have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import multimode

from podsys.core.nccl import find_rails as find_gpu_rails
from podsys.model.facts import NodeFacts


@dataclass(frozen=True, slots=True)
class Rail:
    """One RDMA device of a node; Gbit/s, None where the kernel does not say."""

    device: str
    rate_gbps: float | None


def find_rails(facts: NodeFacts) -> list[Rail]:
    """Devices with an active port, in the order of their names' numbers."""
    ports = facts.get("infiniband.ports") or ()
    active = {
        str(port["device"]): Rail(str(port["device"]), port.get("rate_gbps"))
        for port in ports
        if port.get("state") == "ACTIVE"
    }
    return [active[name] for name in sorted(active, key=lambda name: (len(name), name))]


def common_rails(one: Iterable[Rail], other: Iterable[Rail]) -> list[str]:
    names = {rail.device for rail in other}
    return [rail.device for rail in one if rail.device in names]


def find_rail_rate(rails: Mapping[str, Iterable[Rail]]) -> float | None:
    """The commonest rate of all, the higher on a tie: a port that trained too low lowers no bar."""
    rates = [rail.rate_gbps for found in rails.values() for rail in found if rail.rate_gbps]
    return max(multimode(rates)) if rates else None


def find_gpu_rate(facts: NodeFacts) -> float | None:
    """Gbit/s of all rails that serve this node's GPUs; of all there are, where none is near one."""
    near = set(find_gpu_rails(facts))
    active = find_rails(facts)
    chosen = [rail for rail in active if rail.device in near] or active
    return sum(rail.rate_gbps or 0.0 for rail in chosen) or None
