"""Nodes behind bastions: one connection for all of them, pinned, and one line when it dies."""

from __future__ import annotations

import threading
from pathlib import Path

from podsys.effects.ssh import Command, Fleet, bastion
from podsys.model.spec import Node
from tests.effects.ssh.small_sshd import SmallSshd, login, small_sshd

NAMES = {f"n{i}": Node(address=f"127.0.0.{i}") for i in range(1, 9)}
ALL = {name: Command("true") for name in NAMES}


def fleet_behind(
    jump: str, node: SmallSshd, key: Path, tmp_path: Path, *pinned: SmallSshd
) -> Fleet:
    pins = [node.pin().replace("127.0.0.1", n.address) for n in NAMES.values()]
    (tmp_path / "known_hosts").write_text("".join([*pins, *(b.pin() for b in pinned)]))
    return Fleet(login(key, node.port, jump=jump), NAMES, tmp_path / "known_hosts")


def test_all_nodes_share_one_connection_to_the_bastion(key, tmp_path):
    with (
        small_sshd(key) as gate,
        small_sshd(key) as node,
        fleet_behind(f"gate@127.0.0.1:{gate.port}", node, key, tmp_path, gate) as fleet,
    ):
        outcomes = list(fleet.run_each(ALL, 30))
        assert all(outcome.ok for outcome in outcomes), outcomes
        assert gate.users == ["gate"]
        assert sorted(gate.forwarded) == [(n.address, node.port) for n in NAMES.values()]
        assert len(node.users) == len(NAMES)


def test_a_connection_to_a_bastion_carries_so_many_nodes_and_no_more(key, tmp_path, monkeypatch):
    monkeypatch.setattr(bastion, "CHANNELS", 3)
    with (
        small_sshd(key) as gate,
        small_sshd(key) as node,
        fleet_behind(f"127.0.0.1:{gate.port}", node, key, tmp_path, gate) as fleet,
    ):
        assert all(outcome.ok for outcome in fleet.run_each(ALL, 30))
        assert 3 <= len(gate.users) <= 4
        assert set(gate.users) == {"me"}


def test_two_hops(key, tmp_path):
    with small_sshd(key) as first, small_sshd(key) as second, small_sshd(key) as node:
        jump = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
        with fleet_behind(jump, node, key, tmp_path, first, second) as fleet:
            assert all(outcome.ok for outcome in fleet.run_each(ALL, 30))
            assert first.forwarded == [("127.0.0.1", second.port)]
            assert len(second.users) == 1
            assert len(second.forwarded) == len(NAMES)


def test_a_bastion_without_a_pinned_key_is_not_logged_in_to(key, tmp_path):
    with (
        small_sshd(key) as gate,
        small_sshd(key) as node,
        fleet_behind(f"127.0.0.1:{gate.port}", node, key, tmp_path) as fleet,
    ):
        (error,) = {outcome.error for outcome in fleet.run_each(ALL, 30)}
        assert "the bastion 127.0.0.1 has no pinned host key" in error
        assert f"ssh-keyscan -p {gate.port} 127.0.0.1 >>" in error
        assert gate.users == []


def test_a_dead_bastion_is_tried_once_and_named_by_every_node(key, tmp_path):
    with small_sshd(key) as gate, small_sshd(key) as node:
        jump = f"127.0.0.1:{gate.port}"
        with fleet_behind(jump, node, key, tmp_path, gate) as fleet:
            gate.listen_no_more()
            (error,) = {outcome.error for outcome in fleet.run_each(ALL, 30)}
    assert error.startswith(f"the bastion 127.0.0.1, port {gate.port}: cannot connect")


def test_a_bastion_that_dies_under_commands_is_what_is_named(key, tmp_path):
    with (
        small_sshd(key) as gate,
        small_sshd(key) as node,
        fleet_behind(f"127.0.0.1:{gate.port}", node, key, tmp_path, gate) as fleet,
    ):
        threading.Timer(1.5, gate.hang_up).start()
        found = list(fleet.run_each({name: Command("sleep 20") for name in NAMES}, 15))
        assert {outcome.error for outcome in found} == {
            f"the bastion 127.0.0.1, port {gate.port} closed the connection"
        }
        assert max(outcome.seconds for outcome in found) < 5


def test_a_node_that_the_bastion_cannot_reach_fails_alone(key, tmp_path):
    with small_sshd(key) as gate, small_sshd(key) as node:
        jump = f"127.0.0.1:{gate.port}"
        with fleet_behind(jump, node, key, tmp_path, gate) as fleet:
            node.listen_no_more()
            assert fleet.run("n1", "true", 20).error == "the bastion cannot connect to it"
