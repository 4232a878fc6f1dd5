"""NUMA nodes over the CPUs of the lab machine."""

from __future__ import annotations

import pytest

from podsys.lab.hardware.host import Machine
from podsys.lab.hardware.numa import deal_cpus, numa_files, show_list

FOLDER = "/sys/devices/system/node"


def test_two_nodes_share_cpus_and_memory() -> None:
    files = numa_files(2, Machine(cpus=8, memory_kib=1000, uptime_s=0))
    assert files[f"{FOLDER}/online"] == b"0-1\n"
    assert files[f"{FOLDER}/node0/cpulist"] == b"0-3\n"
    assert files[f"{FOLDER}/node1/cpulist"] == b"4-7\n"
    assert files[f"{FOLDER}/node1/cpumap"] == b"000000f0\n"
    assert files[f"{FOLDER}/node0/distance"] == b"10 21\n"
    assert files[f"{FOLDER}/node1/distance"] == b"21 10\n"
    meminfo = files[f"{FOLDER}/node1/meminfo"]
    assert isinstance(meminfo, bytes)
    assert meminfo.startswith(b"Node 1 MemTotal:            500 kB\n")


def test_a_node_without_cpus_has_memory_only() -> None:
    files = numa_files(4, Machine(cpus=2, memory_kib=4000, uptime_s=0))
    lists = [files[f"{FOLDER}/node{node}/cpulist"] for node in range(4)]
    assert lists == [b"\n", b"0\n", b"\n", b"1\n"]
    assert files[f"{FOLDER}/has_cpu"] == b"1,3\n"
    assert files[f"{FOLDER}/has_memory"] == b"0-3\n"


@pytest.mark.parametrize("nodes", [1, 2, 3, 8])
@pytest.mark.parametrize("cpus", [1, 2, 7, 64])
def test_every_cpu_is_in_one_node(nodes: int, cpus: int) -> None:
    dealt = [cpu for node in range(nodes) for cpu in deal_cpus(node, nodes, cpus)]
    assert dealt == list(range(cpus))


def test_lists_are_written_as_spans() -> None:
    assert show_list([0, 1, 2, 5, 7, 8]) == "0-2,5,7-8"
    assert show_list([]) == ""
