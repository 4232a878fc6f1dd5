"""The probe's answer: whole and well-formed, or the node counts as not probed."""

from __future__ import annotations

import json
import marshal
import zlib

from hypothesis import given
from hypothesis import strategies as st

from podsys.effects.probe import probe, read_outcome
from podsys.effects.ssh import Outcome
from podsys.node.accelerators import NO_LIBRARY

GOOD = {
    "podsys_probe": 1,
    "sections": {
        "cpu": {"status": "ok", "data": {"cpus": 4}, "seconds": 0.1},
        "clock": {"status": "unknown", "data": {}, "reason": "hung", "seconds": 10},
    },
    "readings": {"a": {"live": "1"}},
}


def outcome(stdout: bytes, code: int | None = 0, stderr: bytes = b"", error: str = "") -> Outcome:
    return Outcome("n1", code, stdout, stderr, error)


def test_a_whole_answer_becomes_facts():
    facts = read_outcome(outcome(json.dumps(GOOD).encode()))
    assert facts.reachable
    assert facts.get("cpu.cpus") == 4
    assert facts.get("clock.offset_s") is None
    assert facts.sections["clock"].reason == "hung"
    assert facts.readings == {"a": {"live": "1"}}


def test_every_cut_of_an_answer_is_no_answer():
    whole = json.dumps(GOOD).encode()
    for length in range(len(whole)):
        facts = read_outcome(outcome(whole[:length]))
        assert not facts.reachable
        assert facts.error


@given(st.binary())
def test_junk_is_no_answer(junk):
    assert not read_outcome(outcome(junk)).reachable


def test_other_protocols_are_refused():
    assert (
        "protocol" in read_outcome(outcome(json.dumps(GOOD | {"podsys_probe": 2}).encode())).error
    )


def test_failures_say_what_to_do():
    assert "python3" in read_outcome(outcome(b"", 127, b"sh: python3: not found")).error
    assert "by sudo" in read_outcome(outcome(b"", 1, b"sudo: a password is required")).error
    assert "last words" in read_outcome(outcome(b"", 1, b"Traceback\nlast words")).error
    assert read_outcome(outcome(b"", None, error="no answer")).error == "no answer"


class FakeFleet:
    """Nodes that have a GPU if their name says so, and ask NVML if pynvml came along."""

    as_root = ""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, dict]] = []

    def run_each(self, commands, _limit):
        for node, command in commands.items():
            head, _, rest = command.stdin.partition(b"\n")
            request, code = map(int, head.split()[2:4])
            modules = marshal.loads(zlib.decompress(rest[request : request + code]))
            self.asked.append((node, "pynvml" in modules, marshal.loads(rest[:request])))
            reason = NO_LIBRARY if node.startswith("gpu") and "pynvml" not in modules else ""
            gpu = {"status": "ok", "data": {"nvml_error": reason}}
            yield Outcome(node, 0, json.dumps(GOOD | {"sections": {"gpu": gpu}}).encode(), b"", "")


def test_libraries_stay_at_home_for_nodes_without_a_use_for_them():
    fleet, done = FakeFleet(), []
    requests = dict.fromkeys(("cpu1", "gpu1", "gpu2"), ())
    found = probe(fleet, requests, lambda one: done.append(one.node), bare={"cpu1", "gpu1"})
    assert [(node, has) for node, has, _ in fleet.asked] == [
        ("cpu1", False),
        ("gpu1", False),
        ("gpu2", True),
        ("gpu1", True),
    ]
    assert done == ["cpu1", "gpu2", "gpu1"]
    assert {facts.get("gpu.nvml_error") for facts in found.values()} == {""}


def test_a_section_s_params_reach_the_node():
    fleet = FakeFleet()
    params = {"kernel_log": {"since_s": 60}}
    probe(fleet, {"n1": ()}, sections=("kernel_log",), params=params)
    request = fleet.asked[0][2]
    assert (request["sections"], request["params"]) == (("kernel_log",), params)
