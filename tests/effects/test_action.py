"""podsys_settings as podsys runs it. Over SSH it is run by every lab test that deploys."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podsys.effects.action.podsys_settings import read_answer
from podsys.effects.program import LOADER, pack_program

ITEM = {"id": "a", "kind": "sysctl", "key": "vm.swappiness", "value": "10"}


def test_the_program_writes_and_says_what_it_wrote(tmp_path):
    knob = tmp_path / "proc/sys/vm/swappiness"
    knob.parent.mkdir(parents=True)
    knob.write_text("60\n")
    answers = [run(check, tmp_path) for check in (True, False, False)]
    assert [answer["changed"] for answer in answers] == [True, True, False]
    assert [answer["failures"] for answer in answers] == [[], [], []]
    assert knob.read_text() == "10\n"


def run(check_mode: bool, root) -> dict:
    done = subprocess.run(
        [sys.executable, "-IS", "-c", LOADER],
        input=pack_program().ask({"settings": [ITEM], "check_mode": check_mode}, "apply"),
        capture_output=True,
        env={**os.environ, "PODSYS_ROOT": str(root)},
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def answer(stdout: str, stderr: str = "", rc: int = 0) -> dict:
    return read_answer({"rc": rc, "stdout": stdout, "stderr": stderr})


def test_failures_fail_with_all_that_was_done():
    told = '{"changed": true, "changed_items": ["a"], "failures": ["b: no", "c: no"]}'
    assert answer(told) == {
        "changed": True, "changed_items": ["a"], "failed": True, "msg": "b: no; c: no",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stdout", "stderr", "said"),
    [
        ("", "bash: python3: not found\n", "bash: python3: not found"),
        ("", "", "it said nothing"),
        ('{"changed": tr', "", '{"changed": tr'),
        ("[]", "", "[]"),
        ('{"changed": false}', "", '{"changed": false}'),
    ],
)
def test_no_whole_answer_is_a_failure_in_its_own_words(stdout, stderr, said):
    found = answer(stdout, stderr, 127)
    assert found["failed"]
    assert found["msg"] == f"the node's program gave no answer: exit code 127: {said}"


@given(st.text(max_size=40))
def test_nothing_but_an_answer_is_no_failure(text):
    assert answer(text)["failed"]
