"""Commands on nodes: whole answers, one line for each that fails, nothing left behind."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from podsys.effects.ssh import Command, Fleet, exchange
from podsys.effects.ssh.kept import rooms
from podsys.model.spec import Node
from tests.effects.ssh.small_sshd import SmallSshd, login, small_sshd


@pytest.fixture
def sshd(key: Path) -> Iterator[SmallSshd]:
    with small_sshd(key) as found:
        yield found


@contextmanager
def connect(sshd: SmallSshd, key: Path, tmp_path: Path, count: int = 1, **more) -> Iterator[Fleet]:
    """Many nodes that are all the same server, each by an address of its own."""
    names = {f"n{i}": Node(address=f"127.0.0.{i}") for i in range(1, count + 1)}
    pins = "".join(sshd.pin().replace("127.0.0.1", n.address) for n in names.values())
    (tmp_path / "known_hosts").write_text(pins)
    with Fleet(login(key, sshd.port, **more), names, tmp_path / "known_hosts") as fleet:
        yield fleet


def test_both_outputs_and_the_code_come_back_whole(sshd, key, tmp_path):
    data = bytes(range(256)) * 20_000
    with connect(sshd, key, tmp_path) as fleet:
        echo = fleet.run("n1", "cat; echo warned >&2; exit 3", 20, data)
        deaf = fleet.run("n1", "exec true", 20, data)
    assert (echo.code, echo.stdout == data, echo.stderr, echo.error) == (3, True, b"warned\n", "")
    assert deaf.ok, deaf.error
    assert sshd.users == ["me"]


def test_a_connection_is_kept_for_the_next_command_and_made_anew_when_it_broke(sshd, key, tmp_path):
    with connect(sshd, key, tmp_path) as fleet:
        assert fleet.run("n1", "true", 20).ok
        assert fleet.run("n1", "true", 20).ok
        assert len(sshd.transports) == 1
        sshd.hang_up()
        assert fleet.run("n1", "echo back", 20).stdout == b"back\n"
        fleet.close()
        assert fleet.run("n1", "true", 20).ok
    assert len(sshd.transports) == 3


def test_a_command_over_its_time_ends_with_one_line(sshd, key, tmp_path):
    with connect(sshd, key, tmp_path) as fleet:
        found = fleet.run("n1", "sleep 60", 1)
        assert found.error == "no answer within the time limit"
        assert found.seconds < 3
        assert fleet.run("n1", "true", 20).ok


def test_too_much_output_is_cut_off(sshd, key, tmp_path, monkeypatch):
    monkeypatch.setattr(exchange, "OUTPUT_LIMIT", 1 << 20)
    with connect(sshd, key, tmp_path) as fleet:
        found = fleet.run("n1", "cat /dev/zero", 20)
    assert found.error == "it sent more than 1 MB of output and was cut off"


def test_a_login_that_hangs_ends_within_the_time_to_connect(key, tmp_path):
    with (
        small_sshd(key, slow_login_s=5) as sshd,
        connect(sshd, key, tmp_path, timeout_s=1) as fleet,
    ):
        found = fleet.run("n1", "true", 30)
    assert "did not finish the login" in found.error
    assert found.seconds < 3


def test_machines_that_only_accept_and_that_refuse(key, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        nodes = {"n1": Node(address="127.0.0.1")}
        with Fleet(login(key, port, timeout_s=1), nodes, tmp_path / "none") as fleet:
            hung = fleet.run("n1", "true", 30)
    with Fleet(login(key, port, timeout_s=1), nodes, tmp_path / "none") as fleet:
        refused = fleet.run("n1", "true", 30)
    assert "is it hung?" in hung.error
    assert hung.seconds < 3
    assert "refused" in refused.error.lower()


@pytest.mark.parametrize(
    ("pins", "words"),
    [("", "not pinned"), ("[127.0.0.1]:{port} ecdsa-sha2-nistp256 AAAA", "host key changed")],
)
def test_other_host_keys_are_refused_before_logging_in(sshd, key, tmp_path, pins, words):
    with connect(sshd, key, tmp_path) as fleet:
        (tmp_path / "known_hosts").write_text(pins.format(port=sshd.port))
        assert words in fleet.run("n1", "true", 20).error
    assert sshd.users == []


def test_a_refused_and_a_missing_key_say_what_to_do(sshd, key, tmp_path):
    sshd.user_key = "another"
    with connect(sshd, key, tmp_path) as fleet:
        assert "ssh-copy-id" in fleet.run("n1", "true", 20).error


def test_threads_connections_and_waiting_outcomes_are_bounded(sshd, key, tmp_path):
    with connect(sshd, key, tmp_path, count=24, fan_out=3) as fleet:
        names = {f"n{i}": Command("true") for i in range(1, 25)}
        outcomes, most = [], 0
        for outcome in fleet.run_each(names, 30):
            outcomes.append(outcome)
            most = max(most, sum("ssh_" in thread.name for thread in threading.enumerate()))
        assert all(outcome.ok for outcome in outcomes), outcomes
        assert sorted(outcome.node for outcome in outcomes) == sorted(names)
        assert most <= 3
        time.sleep(0.3)
        assert len(sshd.alive) == 6  # twice the fan-out are kept
    time.sleep(0.3)
    assert sshd.alive == []


def test_a_slow_taker_slows_the_nodes(sshd, key, tmp_path):
    with connect(sshd, key, tmp_path, count=12, fan_out=2) as fleet:
        found = fleet.run_each({f"n{i}": Command("true") for i in range(1, 13)}, 30)
        next(found)
        time.sleep(1)
        assert len(sshd.users) <= 5
        assert len(list(found)) == 11


def test_nodes_that_did_not_answer_before_go_last(sshd, key, tmp_path):
    with connect(sshd, key, tmp_path, count=3, fan_out=1) as fleet:
        lost = fleet._nodes["n1"].model_copy(update={"state": "unreachable"})
        fleet._nodes["n1"] = lost
        found = fleet.run_each({name: Command("true") for name in ("n1", "n2", "n3")}, 30)
        assert [outcome.node for outcome in found] == ["n2", "n3", "n1"]


def test_few_open_files_mean_fewer_connections(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (256, 256))
    at_once, kept = rooms(512)
    assert at_once + kept <= 256 - 64
    monkeypatch.setattr("resource.getrlimit", lambda _: (4096, 4096))
    assert rooms(64) == (64, 128)
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 4096))
    assert rooms(512)[0] == 512  # both ends of 256 pairs
