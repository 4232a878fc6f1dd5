"""NCCL's settings that follow from a node's hardware: its rails, and the way to its peers.

Only what cannot be left to NCCL: which adapters are rails for GPUs and which serve storage and
management, and on which interface nodes find each other. NCCL finds the GID of RoCE by itself.
Keys as in NVIDIA's NCCL user guide, Environment Variables: a second `=` means exactly these names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from podsys.model.facts import NodeFacts

# Any other character Ansible might take for an expression of its own, or NCCL for a list.
PLAIN = re.compile(r"[A-Za-z0-9_.:@-]+(,[A-Za-z0-9_.:@-]+)*")


def nccl_lines(facts: NodeFacts | None, address: str) -> str:
    """Lines of /etc/nccl.conf; what the facts do not say has none."""
    found = {
        "NCCL_SOCKET_IFNAME": find_interface(facts, address),
        "NCCL_IB_HCA": ",".join(find_rails(facts)),
    }
    return "\n".join(f"{key}=={value}" for key, value in found.items() if PLAIN.fullmatch(value))


def find_interface(facts: NodeFacts | None, address: str) -> str:
    """The one that has the address by which the cluster knows the node."""
    nics = (facts.get("network.nics") if facts else None) or ()
    found = (nic for nic in nics if address in map(_without_prefix, nic.get("addresses", ())))
    return next((str(nic["name"]) for nic in found), "")


def find_rails(facts: NodeFacts | None) -> list[str]:
    """RDMA devices below the same PCIe switch or port as a GPU, whether or not they are up."""
    devices = (facts.get("pci.devices") if facts else None) or ()
    ports = (facts.get("infiniband.ports") if facts else None) or ()
    parents = {str(one.get("bdf")): one.get("parent") for one in devices}
    gpus = [str(one.get("bdf")) for one in devices if one.get("kind") == "gpu"]
    near = {bridge for gpu in gpus for bridge in climb(parents, gpu)}
    rails = {
        str(port["device"]) for port in ports if near.intersection(climb(parents, port["bdf"]))
    }
    return sorted(rails, key=_in_order)


def _without_prefix(address: str) -> str:
    return address.partition("/")[0]


def climb(parents: Mapping[str, Any], bdf: str) -> Iterator[str]:
    """The bridges above a device; a circle ends where it began."""
    seen = {bdf}
    while (bdf := parents.get(bdf) or "") and bdf not in seen:
        seen.add(bdf)
        yield bdf


def _in_order(name: str) -> list[tuple[int, str]]:
    """mlx5_2 comes before mlx5_10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
