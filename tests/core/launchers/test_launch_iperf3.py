"""The pair commands, run for real over loopback by the shell they are written for."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time

import pytest

from podsys.core.launchers.iperf3 import KNOCK_S, PairTest
from podsys.core.parsers.iperf3 import parse_both_ways

needs_iperf3 = pytest.mark.skipif(not shutil.which("iperf3"), reason="needs iperf3")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def start(command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, text=True)


@needs_iperf3
def test_a_client_that_is_there_first_waits_for_its_server() -> None:
    test = PairTest("127.0.0.1", free_port(), 1)
    client = start(test.client_command())
    time.sleep(0.5)
    server = start(test.server_command())
    out, _ = client.communicate(timeout=test.limit_s)
    to_server, to_client = parse_both_ways(out)
    assert to_server > 0
    assert to_client > 0
    assert server.wait(timeout=5) == 0


@needs_iperf3
def test_a_client_without_server_ends_in_time_and_says_why() -> None:
    test = PairTest("127.0.0.1", free_port(), 1)
    began = time.monotonic()
    out, _ = start(test.client_command()).communicate(timeout=test.limit_s)
    assert KNOCK_S - 2 <= time.monotonic() - began <= KNOCK_S + 2
    assert "Connection refused" in out


def test_every_command_bounds_itself_on_the_node() -> None:
    test = PairTest("10.0.0.1", 20001, 2)
    assert test.server_command().startswith(f"exec timeout -k 2 {test.limit_s} iperf3 -s -1")
    assert "timeout -k 2" in test.client_command()
    assert test.limit_s > test.seconds


def test_an_address_cannot_break_out_of_the_command() -> None:
    test = PairTest("x; touch /tmp/broken", 20001, 2)
    assert "'x; touch /tmp/broken'" in test.server_command()
    assert "'x; touch /tmp/broken'" in test.client_command()
