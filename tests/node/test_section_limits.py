"""The sections `limits` and `numa`."""

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.node.sections import read_section
from podsys.node.sections.limits import parse
from podsys.node.sections.numa import parse_cpus, parse_distances, parse_memory


def test_limits(machine, monkeypatch):
    machine.put("/etc/security/limits.conf", "* soft memlock 65536\nroot - memlock unlimited\n")
    machine.put("/etc/security/limits.d/90.conf", "* hard memlock unlimited\n* - nofile 1048576\n")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (8 << 20, resource.RLIM_INFINITY))
    found = read_section("limits")
    assert set(found) >= {"memlock", "nofile", "nproc", "stack"}
    assert found["memlock"] == {
        "soft": 8 << 20,
        "hard": "unlimited",
        "saved": {"soft": 64 << 20, "hard": "unlimited"},
    }
    assert found["nofile"]["saved"] == {"soft": 1048576, "hard": 1048576}
    assert found["stack"]["saved"] == {"soft": None, "hard": None}


@pytest.mark.parametrize(
    ("name", "text", "amount"),
    [
        ("memlock", "64", 65536),
        ("nofile", "64", 64),
        ("memlock", "infinity", "unlimited"),
        ("memlock", "-1", "unlimited"),
        ("memlock", "-2", None),
        ("memlock", "", None),
    ],
)
def test_amounts(name, text, amount):
    assert parse(name, text) == amount


def test_numa(machine):
    folder = "/sys/devices/system/node"
    for number, cpus in ((0, "0-27,56-83"), (1, "28-55,84-111"), (10, "")):
        machine.put(f"{folder}/node{number}/cpulist", f"{cpus}\n")
        machine.put(f"{folder}/node{number}/distance", "10 21 21\n")
        machine.put(
            f"{folder}/node{number}/meminfo",
            f"\nNode {number} MemTotal:       528280388 kB\nNode {number} MemFree: 1 kB\n",
        )
    machine.put(f"{folder}/online", "0-1\n")
    nodes = read_section("numa")["nodes"]
    assert [(node["node"], node["cpus"]) for node in nodes] == [
        (0, "0-27,56-83"),
        (1, "28-55,84-111"),
        (10, ""),
    ]
    assert (nodes[0]["memory_mib"], nodes[0]["distances"]) == (515898, [10, 21, 21])


def test_a_machine_without_nodes(machine):
    assert read_section("numa") == {"nodes": []}


@given(st.text(max_size=60))
def test_any_text(text):
    assert set(parse_cpus(text)) <= set("0123456789,-")
    size = parse_memory(f"Node 0 MemTotal: {text} kB\n{text}")
    assert size is None or size >= 0
    assert all(0 <= distance <= 255 for distance in parse_distances(text))
    for name in ("memlock", "nofile"):
        amount = parse(name, text)
        assert amount in (None, "unlimited") or amount >= 0
