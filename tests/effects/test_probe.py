"""The probe's answer: whole and well-formed, or the node counts as not probed."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from podsys.effects.probe import read_outcome
from podsys.effects.ssh import Outcome

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
