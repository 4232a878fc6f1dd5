"""/etc/nccl.conf: rails are adapters beside GPUs; the others are left out."""

from __future__ import annotations

import pytest

from podsys.core.nccl import find_rails, nccl_lines
from podsys.core.platforms import parse_platforms
from podsys.effects.catalog import read_platforms_texts
from podsys.lab.hardware.state import healthy_state
from podsys.model.facts import NodeFacts, Section
from tests.catalog.emulated_facts import facts_of

PLATFORMS = {one.id: one for one in parse_platforms(read_platforms_texts())[0]}


def node(**sections: object) -> NodeFacts:
    return NodeFacts("n1", sections={k: Section("ok", v) for k, v in sections.items()})  # type: ignore[arg-type]


def device(bdf: str, parent: str, kind: str = "bridge") -> dict[str, str]:
    return {"bdf": bdf, "parent": parent, "kind": kind}


def port(name: str, bdf: str) -> dict[str, str]:
    return {"device": name, "bdf": bdf}


@pytest.mark.parametrize(("platform", "rails"), [("hgx-h100", 8), ("hgx-a100", 8)])
def test_servers_with_a_nic_for_each_gpu(platform: str, rails: int) -> None:
    facts = facts_of(healthy_state(PLATFORMS[platform], "n1"))
    found = find_rails(node(**facts))
    assert len(found) == rails
    assert set(found) == {one["device"] for one in facts["infiniband"]["ports"]}


def test_an_adapter_that_shares_no_bridge_with_a_gpu_is_no_rail() -> None:
    devices = [
        device("00:01.0", ""), device("01:00.0", "00:01.0", "gpu"),
        device("02:00.0", "00:01.0", "nic"), device("03:00.0", "00:01.0", "nic"),
        device("00:02.0", ""), device("04:00.0", "00:02.0", "nic"),
    ]  # fmt: skip
    ports = [port("mlx5_10", "02:00.0"), port("mlx5_2", "03:00.0"), port("mlx5_3", "04:00.0")]
    nics = [
        {"name": "eth0", "addresses": ["fe80::1/64", "10.0.0.7/24"]},
        {"name": "eth1", "addresses": []},
    ]
    facts = node(pci={"devices": devices}, infiniband={"ports": ports}, network={"nics": nics})
    assert nccl_lines(facts, "10.0.0.7") == (
        "NCCL_SOCKET_IFNAME==eth0\nNCCL_IB_HCA==mlx5_2,mlx5_10"
    )
    assert nccl_lines(facts, "gpu7.example") == "NCCL_IB_HCA==mlx5_2,mlx5_10"


def test_what_is_not_known_has_no_line() -> None:
    assert nccl_lines(None, "10.0.0.7") == ""
    assert nccl_lines(node(), "10.0.0.7") == ""
    circle = [device("a", "b"), device("b", "a"), device("g", "a", "gpu")]
    assert find_rails(node(pci={"devices": circle}, infiniband={"ports": []})) == []


def test_a_name_that_ansible_could_take_for_an_expression_has_no_line() -> None:
    """What a node says of itself must not run on the admin machine."""
    nics = [{"name": "{{ lookup('pipe', 'id') }}", "addresses": ["10.0.0.1/24"]}]
    devices = [device("00:01.0", ""), device("01:00.0", "00:01.0", "gpu")]
    devices.append(device("02:00.0", "00:01.0", "nic"))
    facts = node(
        network={"nics": nics},
        pci={"devices": devices},
        infiniband={"ports": [port("{%x%}", "02:00.0")]},
    )
    assert nccl_lines(facts, "10.0.0.1") == ""
