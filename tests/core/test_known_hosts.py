"""Host keys as nodes get them."""

from __future__ import annotations

from podsys.core.known_hosts import name_host_keys
from podsys.model.spec import ClusterSpec


def make_spec(port: int = 22) -> ClusterSpec:
    nodes = {"n1": {"address": "10.0.0.1"}, "login": {"address": "login"}}
    return ClusterSpec.model_validate({"cluster": "c", "ssh": {"port": port}, "nodes": nodes})


def test_each_key_stands_under_name_and_address_and_strangers_stay_out() -> None:
    text = "login ssh-rsa B\n10.0.0.1 ssh-ed25519 A\n10.9.9.9 ssh-ed25519 X\n\n# note\n"
    assert name_host_keys(text, make_spec()) == ["login ssh-rsa B", "n1,10.0.0.1 ssh-ed25519 A"]


def test_another_port_is_part_of_the_name() -> None:
    text = "[10.0.0.1]:2200 ssh-ed25519 A\n10.0.0.1 ssh-ed25519 OTHER\n"
    assert name_host_keys(text, make_spec(2200)) == ["[n1]:2200,[10.0.0.1]:2200 ssh-ed25519 A"]


def test_several_names_on_one_line_give_one_line_a_node() -> None:
    assert name_host_keys("10.0.0.1,n1 ssh-ed25519 A\n", make_spec()) == [
        "n1,10.0.0.1 ssh-ed25519 A"
    ]
