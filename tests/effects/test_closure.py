"""A node's answer about what it would fetch: read with care, whichever package manager gave it."""

from __future__ import annotations

import json

import pytest

from podsys.effects.closure import Closure, NoAnswerError, ask_closure
from podsys.effects.ssh import Outcome
from podsys.errors import PodsysError

RPM = {
    "form": "rpm", "name": "NetworkManager_x", "version": "1:1.2^git1_3-1.el9", "arch": "x86_64",
    "uri": "http://h/n.rpm", "sha256": "a" * 64, "size": 3, "rpm_signed": True,
}  # fmt: skip


class FakeFleet:
    as_root = ""

    def __init__(self, answer: object) -> None:
        self.answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def run(self, *_: object) -> Outcome:
        return Outcome("n1", 0, self.answer, b"")


def ask(answer: object) -> Closure:
    return ask_closure(FakeFleet(answer), "n1", ["a"])  # type: ignore[arg-type]


def test_an_answer_of_dnf_brings_what_rpms_are_signed_with() -> None:
    more = {"keys": ["K"], "key_urls": ["http://k"]}
    found = ask({"files": [RPM], "proxies": {}, "time": 1, **more})
    assert [(one.form, one.name, one.rpm_signed) for one in found.files] == [
        ("rpm", "NetworkManager_x", True)
    ]
    assert (found.keys, found.key_urls) == (("K",), ("http://k",))


@pytest.mark.parametrize(
    "file",
    [
        {**RPM, "name": "../x"},
        {**RPM, "version": "1/../2"},
        {**RPM, "arch": "."},
        {**RPM, "sha256": "a"},
        {**RPM, "size": 0},
        {**RPM, "form": "exe"},
    ],
)
def test_what_would_lead_elsewhere_is_refused(file: dict) -> None:
    with pytest.raises(NoAnswerError, match="cannot be read"):
        ask({"files": [file], "proxies": {}, "time": 1})


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", {"files": 1}])
def test_no_other_answer_breaks_it(answer: object) -> None:
    with pytest.raises(NoAnswerError, match="cannot be read"):
        ask(answer)


def test_a_problem_is_said_in_the_package_managers_words() -> None:
    with pytest.raises(PodsysError, match="n1: what is wanted there cannot be installed: dnf: No"):
        ask({"problem": "dnf: No match for argument: chrony"})
