"""Rails of a node, what two nodes share, and counters that rose."""

from __future__ import annotations

from typing import Any

from podsys.core.rails import Rail, common_rails, find_rail_rate, find_rails
from podsys.core.risen import find_risen, find_unread
from podsys.model.facts import NodeFacts, Section


def port(device: str, state: str = "ACTIVE", rate: float | None = 400, **counters: int) -> Any:
    about = {"device": device, "port": 1, "state": state, "rate_gbps": rate}
    return about | {"counters": counters}


def node(*ports: Any, **sections: Any) -> NodeFacts:
    found = {"infiniband": {"ports": list(ports)}} | sections
    return NodeFacts("n1", sections={name: Section("ok", data) for name, data in found.items()})


def test_rails_are_active_ports_in_the_order_of_their_numbers() -> None:
    facts = node(port("mlx5_10"), port("mlx5_2"), port("mlx5_3", "DOWN"))
    assert [rail.device for rail in find_rails(facts)] == ["mlx5_2", "mlx5_10"]
    assert find_rails(NodeFacts("n1")) == []


def test_like_is_measured_with_like() -> None:
    one = [Rail("mlx5_0", 400), Rail("mlx5_1", 400)]
    assert common_rails(one, [Rail("mlx5_1", 400), Rail("mlx5_2", 400)]) == ["mlx5_1"]


def test_a_port_that_trained_too_low_does_not_lower_the_bar() -> None:
    assert find_rail_rate({"a": [Rail("x", 400)], "b": [Rail("x", 200)]}) == 400
    assert find_rail_rate({"a": [Rail("x", None)]}) is None


def test_errors_that_rose_are_named_and_traffic_is_not() -> None:
    before = node(port("mlx5_0", symbol_error=3, port_xmit_data=5, link_downed=1))
    after = node(port("mlx5_0", symbol_error=17, port_xmit_data=900, link_downed=1))
    assert list(find_risen(before, after)) == ["mlx5_0/1 symbol_error 3 -> 17"]
    assert list(find_risen(after, after)) == []


def test_a_counter_that_was_reset_and_counts_again_is_named() -> None:
    before, after = node(port("mlx5_0", symbol_error=30)), node(port("mlx5_0", symbol_error=2))
    assert "reset meanwhile" in next(find_risen(before, after))


def test_links_buses_and_nvlink_count_too() -> None:
    def at(count: int) -> NodeFacts:
        links = [{"link": 4, "crc_errors": count, "replay_errors": 0, "recovery_errors": None}]
        return node(
            network={"nics": [{"name": "eth0", "carrier_changes": count}]},
            pci={"devices": [{"bdf": "0000:01:00.0", "aer": {"fatal": count}}, {"bdf": "x"}]},
            gpu={"gpus": [{"bdf": "0000:02:00.0", "nvlinks": links}]},
        )

    assert list(find_risen(at(1), at(2))) == [
        "eth0 carrier_changes 1 -> 2",
        "0000:01:00.0 aer fatal 1 -> 2",
        "0000:02:00.0 link 4 crc_errors 1 -> 2",
    ]


def test_parts_that_went_away_took_their_counters_along() -> None:
    def having(*names: str, gone: bool = False) -> NodeFacts:
        return node(
            *(port(f"mlx5_{name}", symbol_error=0) for name in names),
            network={"nics": [{"name": f"eth{name}", "physical": True} for name in names]},
            pci={"devices": [{"bdf": "0000:01:00.0", "gone": gone}]},
            gpu={"gpus": [{"bdf": f"0000:0{name}:00.0"} for name in names]},
        )

    assert list(find_risen(having("0"), having("0", "1"))) == []
    assert list(find_risen(having("0", "1"), having("0", gone=True))) == [
        "mlx5_1/1 is gone",
        "eth1 is gone",
        "0000:01:00.0 is gone",
        "GPU 0000:01:00.0 is gone",
    ]
    lost = node(gpu={"gpus": [{"bdf": "0000:00:00.0", "error": "GPU is lost"}]})
    assert "GPU 0000:00:00.0 is gone" in list(find_risen(having("0"), lost))
    made = node(network={"nics": [{"name": "vxlan0", "physical": False}]})
    assert list(find_risen(made, node(network={"nics": []}))) == []


def test_counters_that_were_not_read_have_not_stayed() -> None:
    sections = {"infiniband": Section("ok", {}), "gpu": Section("unknown", {}, "it took too long")}
    facts = NodeFacts("n1", sections=sections)
    assert find_unread(facts, ["infiniband"]) == ""
    assert find_unread(facts, ["infiniband", "gpu"]) == "gpu: it took too long"
    assert find_unread(facts, ["pci"]) == "pci: not read"
