"""The odd machines out."""

from __future__ import annotations

from podsys.core.odd import find_oddities
from podsys.model.facts import NodeFacts, Section


def node(name, kernel="6.1", memory=64 * 2**20, nics=2, cpus=16):
    return NodeFacts(
        name,
        sections={
            "system": Section("ok", {"os": "debian", "os_version": "12", "kernel": kernel}),
            "cpu": Section("ok", {"cpus": cpus, "model": "EPYC"}),
            "memory": Section("ok", {"total_kb": memory}),
            "network": Section("ok", {"nic_count": nics}),
        },
    )


def test_equal_machines_have_no_odd_one():
    assert find_oddities([node("a"), node("b"), node("c", memory=64 * 2**20 - 5000)]) == []


def test_each_difference_is_named_with_the_majority():
    odd = find_oddities([node("a"), node("b"), node("c", kernel="5.10", memory=2**25, nics=1)])
    assert {(o.fact, o.nodes) for o in odd} == {
        ("kernel", ("c",)),
        ("memory", ("c",)),
        ("NIC count", ("c",)),
    }
    assert next(o for o in odd if o.fact == "kernel").usual == "6.1"


def test_halves_have_no_majority():
    odd = find_oddities([node("a", cpus=8), node("b")])
    assert {o.usual for o in odd} == {""}
    assert len(odd) == 2


def test_unreachable_nodes_are_not_odd():
    assert find_oddities([node("a"), NodeFacts("b", "no answer")]) == []


def server(name, vbios=("96.0", "96.0"), firmware="28.39", bios="1.2", sizes=(64, 64)):
    gpus = [{"name": "H100", "pci_id": "10de:2330", "vbios": one} for one in vbios]
    return NodeFacts(
        name,
        sections={
            "gpu": Section("ok", {"count": len(gpus), "gpus": gpus, "module_version": "535"}),
            "infiniband": Section("ok", {"ports": [{"board": "MT1", "firmware": firmware}]}),
            "dmi": Section(
                "ok",
                {"bios_version": bios, "dimms": [{"size_mib": n, "speed_mts": 1} for n in sizes]},
            ),
        },
    )


def test_firmware_is_compared():
    odd = find_oddities(
        [
            *map(server, "abc"),
            server("d", vbios=("96.0", "97.0"), firmware="28.41"),
            server("e", vbios=("96.0",), bios="1.3", sizes=(64, 32, 0)),
        ]
    )
    assert {(one.fact, one.found, one.usual, one.nodes) for one in odd} == {
        ("GPU VBIOS", "96.0, 97.0", "96.0", ("d",)),
        ("NIC firmware", "MT1 28.41", "MT1 28.39", ("d",)),
        ("GPU count", "1", "2", ("e",)),
        ("BIOS", "1.3", "1.2", ("e",)),
        ("memory modules", "32 1, 64 1", "64 1", ("e",)),
    }


def test_machines_without_hardware_of_a_kind_are_not_odd_for_it():
    gpus = Section("ok", {"count": 0, "gpus": [], "module_version": ""})
    plain = NodeFacts("c", sections={"dmi": Section("unknown", {}), "gpu": gpus})
    odd = find_oddities([server("a"), server("b"), plain])
    assert [(one.fact, one.found) for one in odd] == [("GPU count", "0"), ("GPU driver", "")]
