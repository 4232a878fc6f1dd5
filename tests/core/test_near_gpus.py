"""Which GPU an RDMA device is beside."""

from __future__ import annotations

from typing import Any

from podsys.core.near_gpus import find_near_gpus
from podsys.model.facts import NodeFacts, Section


def node(devices: list[dict[str, Any]], ports: list[dict[str, Any]]) -> NodeFacts:
    data = {"pci": {"devices": devices}, "infiniband": {"ports": ports}}
    return NodeFacts("n1", sections={name: Section("ok", found) for name, found in data.items()})


def device(bdf: str, parent: str, kind: str = "bridge") -> dict[str, Any]:
    return {"bdf": bdf, "parent": parent, "kind": kind}


def port(name: str, bdf: str) -> dict[str, Any]:
    return {"device": name, "bdf": bdf}


ROOTS = [device("00:01.0", ""), device("40:01.0", ""), device("80:01.0", "")]


def test_the_gpu_below_the_same_bridge() -> None:
    devices = [
        *ROOTS, device("42:00.0", "40:01.0", "gpu"), device("02:00.0", "00:01.0", "gpu"),
        device("03:00.0", "00:01.0", "nic"), device("43:00.0", "40:01.0", "nic"),
        device("83:00.0", "80:01.0", "nic"),
    ]  # fmt: skip
    ports = [port("mlx5_0", "43:00.0"), port("mlx5_1", "03:00.0"), port("storage", "83:00.0")]
    assert find_near_gpus(node(devices, ports)) == {"mlx5_0": 1, "mlx5_1": 0}


def test_in_the_same_order_where_several_share_a_switch() -> None:
    devices = [ROOTS[0]]
    devices += [device(f"0{bus}:00.0", "00:01.0", "gpu") for bus in (2, 4)]
    devices += [device(f"0{bus}:00.0", "00:01.0", "nic") for bus in (3, 5, 6)]
    ports = [port(f"mlx5_{n}", f"0{bus}:00.0") for n, bus in enumerate((3, 5, 6))]
    assert find_near_gpus(node(devices, ports)) == {"mlx5_0": 0, "mlx5_1": 1, "mlx5_2": 0}


def test_the_lowest_bridge_decides() -> None:
    devices = [
        ROOTS[0], device("01:00.0", "00:01.0"), device("02:00.0", "00:01.0", "gpu"),
        device("03:00.0", "01:00.0", "gpu"), device("04:00.0", "01:00.0", "nic"),
    ]  # fmt: skip
    assert find_near_gpus(node(devices, [port("mlx5_0", "04:00.0")])) == {"mlx5_0": 1}


def test_nothing_known_is_nothing_near() -> None:
    assert find_near_gpus(NodeFacts("n1")) == {}
